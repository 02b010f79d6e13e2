/* Never run: its compile loads those classes of the compiler that most programs need. */

import scala.collection.mutable
import scala.util.{Failure, Success, Try}

trait Shape { def area: Double; def named: String = s"shape $area" }
case class Circle(radius: Double) extends Shape { def area: Double = math.Pi * radius * radius }
sealed abstract class Tree[+T]
case object Leaf extends Tree[Nothing]
case class Node[T](left: Tree[T], value: T, right: Tree[T]) extends Tree[T]

class Solution(limit: Int) {
  private val memory = mutable.Map.empty[Int, Long]
  def ways(n: Int): Long = memory.getOrElseUpdate(n, if (n < 2) 1L else ways(n - 1) + ways(n - 2))
  def sum(tree: Tree[Int]): Int = tree match {
    case Leaf => 0
    case Node(left, value, right) if value < limit => sum(left) + value + sum(right)
    case _ => limit
  }
}

object Main {
  implicit class Richer(val x: Int) extends AnyVal { def squared: Int = x * x }
  def largest[T](values: Seq[T])(implicit order: Ordering[T]): Option[T] = if (values.isEmpty) None else Some(values.max)

  def main(arguments: Array[String]): Unit = {
    val words = Option(scala.io.StdIn.readLine()).map(_.trim.split(" ").toList).getOrElse(Nil)
    val (first, second) = (words.length, words.headOption.getOrElse("none"))
    val grid = Array.fill(3, 3)(1)
    var total = 0
    for (i <- 0 until 3; j <- 0 to 2 if i != j) total += grid(i)(j) * i.squared
    while (total > 10) total -= 3
    lazy val counts = words.groupBy(identity).mapValues(_.size).toSeq.sortBy(-_._2)
    val queue = mutable.PriorityQueue.empty[Int]
    queue += first
    Try(second.toInt) match { case Success(n) => total += n; case Failure(error) => println("bad: " + error.getMessage) }
    try { require(total >= 0, "negative") } catch { case error: IllegalArgumentException => println(error) } finally queue.clear()
    val pairs = for { x <- 1 to 3; y <- List(x, x + 1) } yield (x, y)
    println(pairs.map { case (x, y) => x * y }.filter(_ % 2 == 0).foldLeft(0)(_ + _))
    println(f"${Circle(1.5).area}%.2f $counts ${largest(Vector(1, 2))} ${new Solution(9).ways(5)}".mkString)
    @annotation.tailrec def loop(n: Int, sum: Int): Int = if (n == 0) sum else loop(n - 1, sum + n)
    println(loop(10, 0) + new Solution(5).sum(Node(Leaf, 1, Leaf)))
  }
}
