/* Never run: its compile loads those classes of the compiler that most programs need. */

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;

public class Archive {
  interface Shape { double area(); default String named() { return "shape " + area(); } }
  record Circle(double radius) implements Shape { public double area() { return Math.PI * radius * radius; } }
  enum Colour { RED, GREEN { @Override String says() { return "go"; } }; String says() { return name(); } }
  static class Node<T extends Comparable<T>> { T value; Node<T> left, right; Node(T value) { this.value = value; } }

  private static int[][] grid = new int[3][];
  private static final Map<String, List<Integer>> places = new TreeMap<>(Comparator.reverseOrder());

  @SafeVarargs
  static <T extends Comparable<T>> Node<T> tree(T... values) {
    Node<T> root = null;
    for (T value : values) {
      Node<T> made = new Node<>(value);
      if (root == null) root = made;
      else if (value.compareTo(root.value) < 0) root.left = made;
      else root.right = made;
    }
    return root;
  }

  @Override public String toString() { return String.format("%d", grid.length); }

  public static void main(String[] arguments) throws IOException {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(System.in))) {
      String line;
      while ((line = reader.readLine()) != null && !line.isEmpty()) {
        StringTokenizer words = new StringTokenizer(line);
        for (int at = 0; words.hasMoreTokens(); at++) {
          final int here = at;
          places.computeIfAbsent(words.nextToken(), k -> new ArrayList<>()).add(here);
        }
      }
    } catch (NumberFormatException | ArithmeticException error) {
      throw new IllegalStateException("bad: " + error.getMessage(), error);
    } finally {
      System.err.flush();
    }
    long total = 0L;
    do { total += arguments.length << 2; total ^= ~total >>> 1; } while (total > 100);
    outer:
    for (var entry : places.entrySet()) {
      for (int index = 0, end = entry.getValue().size(); index < end; ++index) {
        if (index % 2 == 1) continue outer;
        if (index > 5) break outer;
        total += (char) ('a' + index);
      }
    }
    switch (arguments.length) { case 0: total++; break; default: total--; }
    String said = switch (Colour.RED) { case RED -> "red"; case GREEN -> { yield "green"; } };
    Object thing = new Circle(total > 0 ? 1.5 : .5);
    if (thing instanceof Circle circle && circle.radius() != 0) System.out.printf("%.3f%n", circle.area());
    Function<Integer, Supplier<String>> later = x -> () -> said + x;
    Runnable task = new Runnable() { int times; @Override public void run() { times++; } };
    synchronized (task) { task.run(); }
    PriorityQueue<int[]> queue = new PriorityQueue<>((a, b) -> Integer.compare(a[0], b[0]));
    queue.add(new int[] {1, 2});
    Scanner scanner = new Scanner("1 2");
    while (scanner.hasNextInt()) queue.offer(new int[] {scanner.nextInt(), 0});
    assert !queue.isEmpty() : "empty";
    System.out.println(IntStream.range(0, 5).boxed().filter(x -> x > 1).map(later).map(Supplier::get)
        .collect(Collectors.groupingBy(String::length, Collectors.counting())));
    String text = """
        of several lines
        """;
    System.out.println(text + tree(3, 1, 2).value + new Archive());
  }
}
