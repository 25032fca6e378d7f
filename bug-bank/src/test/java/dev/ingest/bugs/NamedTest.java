package dev.ingest.bugs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A test of some module.
 *
 * @param module its module
 * @param type the name of its class
 * @param method the name of its method; empty for all of the class
 */
record NamedTest(String module, String type, String method) {

  private static final Pattern FORM = Pattern.compile("(ingest-\\S+) ([\\w.$]+)(?:#(\\w+))?");

  /** Reads {@code module class#method}, or {@code module class} for all of its methods. */
  static NamedTest parse(String text, String bug) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new BugBankException(bug + ": not \"module class#method\": " + text);
    }
    String method = matcher.group(3);
    return new NamedTest(matcher.group(1), matcher.group(2), method == null ? "" : method);
  }

  /** The name without its package, behind that of its module. */
  String shortName() {
    String simple = type.substring(type.lastIndexOf('.') + 1);
    return module + " " + simple + (method.isEmpty() ? "" : "#" + method);
  }
}
