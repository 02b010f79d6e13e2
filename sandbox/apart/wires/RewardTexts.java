package reward;

import java.io.EOFException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The library's values that travel as their text. */
final class RewardTexts {
  private static final String[] NAMES = {
      "java.math.BigInteger", "java.math.BigDecimal", "java.lang.StringBuilder", "java.lang.StringBuffer",
      "java.time.LocalDate", "java.time.LocalTime", "java.time.LocalDateTime", "java.time.Duration",
      "java.time.Instant", "java.util.UUID", "java.util.concurrent.atomic.AtomicInteger",
      "java.util.concurrent.atomic.AtomicLong", "java.util.concurrent.atomic.AtomicBoolean"};

  private RewardTexts() {}

  static int index(Object value) {
    String name = value.getClass().getName();
    for (int i = 0; i < NAMES.length; i++) if (NAMES[i].equals(name)) return i;
    return -1;
  }

  static Object parsed(int index, String text) throws EOFException {
    try {
      switch (index) {
        case 0: return new BigInteger(text);
        case 1: return new BigDecimal(text);
        case 2: return new StringBuilder(text);
        case 3: return new StringBuffer(text);
        case 4: return java.time.LocalDate.parse(text);
        case 5: return java.time.LocalTime.parse(text);
        case 6: return java.time.LocalDateTime.parse(text);
        case 7: return java.time.Duration.parse(text);
        case 8: return java.time.Instant.parse(text);
        case 9: return java.util.UUID.fromString(text);
        case 10: return new AtomicInteger(Integer.parseInt(text));
        case 11: return new AtomicLong(Long.parseLong(text));
        case 12: return new AtomicBoolean(text.equals("true"));
        default: throw new EOFException();
      }
    } catch (IllegalArgumentException | DateTimeException error) {
      throw new EOFException();
    }
  }

  /** Whether such a value can change where it is. */
  static boolean isMutable(int index) {
    return index == 2 || index == 3 || index >= 10;
  }

  static void copy(Object from, Object to) {
    if (to instanceof StringBuilder text) text.replace(0, text.length(), from.toString());
    else if (to instanceof StringBuffer text) text.replace(0, text.length(), from.toString());
    else if (to instanceof AtomicInteger number) number.set(((AtomicInteger) from).get());
    else if (to instanceof AtomicLong number) number.set(((AtomicLong) from).get());
    else ((AtomicBoolean) to).set(((AtomicBoolean) from).get());
  }
}
