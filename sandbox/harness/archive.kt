/* Never run: its compile loads those classes of the compiler that most programs need. */

import java.util.PriorityQueue

interface Shape { fun area(): Double }
data class Circle(val radius: Double = 1.0) : Shape { override fun area() = Math.PI * radius * radius }
sealed class Tree { object Leaf : Tree(); class Node(val left: Tree, val value: Int, val right: Tree) : Tree() }
enum class Colour(val code: Int) { RED(1), GREEN(2) }
object Counter { var times = 0; private val seen by lazy { mutableSetOf<Int>() }; fun add(x: Int) = seen.add(x) }

fun <T : Comparable<T>> largest(values: List<T>): T? = values.maxBy { it }
fun Tree.sum(): Int = when (this) { is Tree.Leaf -> 0; is Tree.Node -> left.sum() + value + right.sum() }
inline fun repeatedly(times: Int, action: (Int) -> Unit) { for (i in 0 until times) action(i) }

class Solution {
    companion object { const val MODULUS = 1_000_000_007L }
    private val memory = HashMap<Int, Long>()
    fun ways(n: Int): Long = memory.getOrPut(n) { if (n < 2) 1L else (ways(n - 1) + ways(n - 2)) % MODULUS }
}

fun main() {
    val words = readLine()?.trim()?.split(" ") ?: listOf()
    val (first, second) = Pair(words.size, words.firstOrNull() ?: "none")
    val grid = Array(3) { IntArray(3) { it * 2 } }
    var total = 0
    for ((row, cells) in grid.withIndex()) for (cell in cells) { if (cell % 2 == 1) continue; total += row * cell }
    while (total > 10) { total -= 3 }
    val queue = PriorityQueue<Int>(compareByDescending { it })
    queue += first
    val counts = words.groupingBy { it }.eachCount().toSortedMap()
    try { total += second.toInt() } catch (error: NumberFormatException) { println("bad: ${error.message}") } finally { Counter.times++ }
    repeatedly(2) { Counter.add(it) }
    val shape: Any = Circle()
    if (shape is Circle && shape.copy(2.0) != shape) println(String.format("%.2f", shape.area()))
    println((1..5).map { it * it }.filter { it % 2 == 0 }.joinToString(" ", "[", "]"))
    println(StringBuilder().apply { append(total); append(counts[second]) }.toString() + largest(listOf(1, 2)) + Solution().ways(5))
    println(Colour.values().map { it.code }.sum() + Tree.Node(Tree.Leaf, 1, Tree.Leaf).sum())
}
