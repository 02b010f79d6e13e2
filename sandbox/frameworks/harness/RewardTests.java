import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.vintage.engine.VintageTestEngine;

/** Runs JUnit tests; reports those that passed or were skipped with the tokens from stdin. */
final class RewardTests {
  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

  public static void main(String[] arguments) throws Exception {
    DataInputStream in = new DataInputStream(new FileInputStream(FileDescriptor.in));
    String names = line(in), engine = line(in);
    String[] classes = line(in).split(" ");
    String[] tokens = new String[2 * Integer.parseInt(line(in))];
    for (int i = 0; i < tokens.length; i++) tokens[i] = line(in);
    Loader loader = new Loader(in);
    in.close();
    Thread.currentThread().setContextClassLoader(loader);
    LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
    for (String name : classes) request.selectors(DiscoverySelectors.selectClass(Class.forName(name, false, loader)));
    if (!engine.isEmpty()) request.filters(EngineFilter.includeEngines(engine));
    Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
        .enableTestEngineAutoRegistration(false)
        .enableLauncherSessionListenerAutoRegistration(false)
        .enableLauncherDiscoveryListenerAutoRegistration(false)
        .enablePostDiscoveryFilterAutoRegistration(false)
        .enableTestExecutionListenerAutoRegistration(false)
        .addTestEngines(new JupiterTestEngine(), new VintageTestEngine())
        .build());
    TestPlan plan = launcher.discover(request.build());
    Listener listener = new Listener(plan, tokens);
    say(names + " [" + String.join(",", listener.names) + "]");
    launcher.execute(plan, listener);
    System.out.flush();
    System.exit(0);
  }

  private static void say(String text) {
    try {
      OUT.write(("\n" + text + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException error) {
      Runtime.getRuntime().halt(1);
    }
  }

  private static String line(DataInputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n' && next >= 0; next = in.read()) bytes.write(next);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.substring(0, Math.min(text.length(), 500)).chars().forEach(c -> {
      if (c == '"' || c == '\\') out.append('\\').append((char) c);
      else out.append(c < ' ' || Character.isSurrogate((char) c) ? ' ' : (char) c);
    });
    return out.append('"').toString();
  }

  /** Defines the classes of the program and of its tests, at once: their bytes are not kept. */
  private static final class Loader extends ClassLoader {
    private Map<String, byte[]> waiting = new HashMap<>();

    Loader(DataInputStream in) throws IOException, ClassNotFoundException {
      super(RewardTests.class.getClassLoader());
      try {
        while (true) {
          byte[] name = new byte[in.readInt()], data = new byte[in.readInt()];
          in.readFully(name);
          in.readFully(data);
          waiting.put(new String(name, StandardCharsets.UTF_8), data);
        }
      } catch (EOFException end) {
        for (String name : new ArrayList<>(waiting.keySet())) loadClass(name);
      }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] data = waiting.remove(name);
      if (data == null) throw new ClassNotFoundException(name);
      return defineClass(name, data, 0, data.length);
    }
  }

  /** A row for each test method; what it repeats or generates counts with it. */
  private static final class Listener implements TestExecutionListener {
    final List<String> names = new ArrayList<>();
    private final Map<String, Integer> rows = new HashMap<>();
    private final Set<Integer> failed = new HashSet<>(), ran = new HashSet<>(), passed = new HashSet<>();
    private final TestPlan plan;
    private final String[] tokens;

    Listener(TestPlan plan, String[] tokens) {
      this.plan = plan;
      this.tokens = tokens;
      for (TestIdentifier root : plan.getRoots()) collect(root);
    }

    private void collect(TestIdentifier test) {
      boolean method = test.getSource().filter(MethodSource.class::isInstance).isPresent();
      if (method || test.isTest()) {
        rows.put(test.getUniqueId(), names.size());
        names.add(quoted(name(test)));
      } else {
        for (TestIdentifier child : plan.getChildren(test)) collect(child);
      }
    }

    private static String name(TestIdentifier test) {
      Object source = test.getSource().orElse(null);
      if (!(source instanceof MethodSource)) return test.getDisplayName();
      MethodSource method = (MethodSource) source;
      return method.getClassName() + "." + method.getMethodName();
    }

    private Integer row(TestIdentifier test) {
      for (Optional<TestIdentifier> at = Optional.of(test); at.isPresent(); at = plan.getParent(at.get())) {
        Integer row = rows.get(at.get().getUniqueId());
        if (row != null) return row;
      }
      return null;
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      Integer row = rows.get(test.getUniqueId());
      if (row != null) say(tokens[2 * row + 1]);
      else if (row(test) == null) for (TestIdentifier child : plan.getChildren(test)) executionSkipped(child, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      Integer row = row(test);
      boolean good = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
      if (row == null) {
        if (!good) fail(test, result);
        else if (plan.getParent(test).filter(plan.getRoots()::contains).isPresent()) passed(test);
        return;
      }
      if (test.isTest()) ran.add(row);
      if (!good) fail(row, result);
      if (rows.containsKey(test.getUniqueId()) && ran.contains(row) && !failed.contains(row)) passed.add(row);
    }

    /** A class has come to its end, its @AfterAll too. */
    private void passed(TestIdentifier test) {
      for (TestIdentifier child : plan.getDescendants(test)) {
        Integer row = rows.get(child.getUniqueId());
        if (row != null && passed.contains(row) && !failed.contains(row)) say(tokens[2 * row]);
      }
    }

    /** Everything below a class that could not be set up or torn down. */
    private void fail(TestIdentifier test, TestExecutionResult result) {
      for (TestIdentifier child : plan.getDescendants(test)) {
        Integer row = rows.get(child.getUniqueId());
        if (row != null) fail(row, result);
      }
    }

    private void fail(int row, TestExecutionResult result) {
      if (!failed.add(row)) return;
      Throwable error = result.getThrowable().orElse(null);
      String how = error == null || error instanceof AssertionError ? "failed" : "error";
      String why = "aborted";
      if (error != null) why = words(error);
      say("#reward " + row + " " + how + " " + quoted(why));
    }

    private static String words(Throwable error) {
      try {
        return String.valueOf(error);
      } catch (Throwable broken) {
        return "an error that can't say what it is";
      }
    }
  }
}
