package dev.ingest.core;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be set, as the code has it.
 *
 * @param name the builder's method, and behind a point the component of what it takes
 * @param type its type, without packages
 * @param byDefault what it is by default, as text; empty if nothing
 * @param bounds the least and the most, or the names to choose from; empty without
 * @param meaning what it does
 */
record Setting(String name, String type, String byDefault, String bounds, String meaning) {

  private static final Pattern PACKAGE = Pattern.compile("\\b(?:[a-z]+\\.)+(?=[A-Z])");

  /** Reads all settings of a builder that was told nothing, in the order of its source. */
  static List<Setting> ofBuilder(IngestBuilder builder) throws IOException {
    List<Setting> all = new ArrayList<>();
    for (SourceDocs.Method method : SourceDocs.of(IngestBuilder.class).settings()) {
      if (method.parameters().isEmpty()) {
        all.add(new Setting(method.name(), "", "off", "", method.doc().text()));
      }
      for (Map.Entry<String, String> parameter : method.parameters().entrySet()) {
        all.addAll(ofParameter(builder, method, parameter.getKey(), parameter.getValue()));
      }
    }
    return all;
  }

  private static List<Setting> ofParameter(
      IngestBuilder builder, SourceDocs.Method method, String parameter, String type)
      throws IOException {
    boolean isOnly = method.parameters().size() == 1;
    String name = isOnly ? method.name() : method.name() + "." + parameter;
    Optional<Field> field = assigned(method, parameter);
    Optional<Object> value = field.map(one -> read(one, builder));
    Optional<Class<?>> policy = field.map(Field::getType).filter(Setting::isPolicy);
    List<Setting> all = new ArrayList<>();
    all.add(
        new Setting(
            name,
            type,
            policy.isPresent() ? "" : value.map(SettingValues::text).orElse(""),
            "",
            meaning(method.doc(), parameter)));
    if (policy.isPresent()) {
      all.addAll(ofRecord(name, policy.get(), value.isPresent() ? value : constant(policy.get())));
    }
    return all;
  }

  /** Reads the components of a record, and of the records in it. */
  static List<Setting> ofRecord(String name, Class<?> type, Optional<?> defaults)
      throws IOException {
    SourceDocs.Doc doc = SourceDocs.of(type).doc();
    List<Setting> all = new ArrayList<>();
    RecordComponent[] components = type.getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      String component = name + "." + components[i].getName();
      int index = i;
      Optional<Object> value =
          defaults.map(record -> SettingValues.component((Record) record, index));
      boolean isNested = value.filter(Record.class::isInstance).isPresent();
      all.add(
          new Setting(
              component,
              PACKAGE
                  .matcher(components[i].getGenericType().getTypeName().replace('$', '.'))
                  .replaceAll(""),
              isNested ? "" : value.map(SettingValues::text).orElse(""),
              defaults
                  .flatMap(record -> SettingBounds.of((Record) record, index))
                  .orElseGet(() -> choice(components[index].getType())),
              sentence(doc.parameter(components[i].getName()))));
      if (isNested) {
        all.addAll(ofRecord(component, components[i].getType(), value));
      }
    }
    return all;
  }

  /** Returns the constant that a policy names as its default. */
  static Optional<Object> constant(Class<?> type) {
    return Arrays.stream(type.getFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == type)
        .filter(field -> field.getName().equals("DEFAULT"))
        .map(field -> read(field, null))
        .findFirst();
  }

  private static boolean isPolicy(Class<?> type) {
    return type.isRecord() && type.getPackageName().startsWith("dev.ingest.core");
  }

  private static String choice(Class<?> type) {
    return type.isEnum()
        ? Arrays.stream(type.getEnumConstants())
            .map(Object::toString)
            .collect(Collectors.joining(", "))
        : "";
  }

  /** Finds the field that a method sets to its parameter; none if it makes something else of it. */
  private static Optional<Field> assigned(SourceDocs.Method method, String parameter) {
    Matcher assignment =
        Pattern.compile("this\\.(\\w+) = " + parameter + ";").matcher(method.body());
    if (!assignment.find()) {
      return Optional.empty();
    }
    try {
      Field field = IngestBuilder.class.getDeclaredField(assignment.group(1));
      field.setAccessible(true);
      return Optional.of(field);
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("no field of " + method.name(), e);
    }
  }

  @SuppressWarnings("NullAway") // A static field is read of no object, and may hold null.
  private static Object read(Field field, @Nullable Object owner) {
    try {
      return field.get(owner);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field + " cannot be read", e);
    }
  }

  /** What is said of a method, and of its parameter if that says more than its name. */
  private static String meaning(SourceDocs.Doc doc, String parameter) {
    String words = doc.parameter(parameter);
    return words.split(" ", 3).length < 3 ? doc.text() : doc.text() + " " + sentence(words);
  }

  private static String sentence(String words) {
    String text = Character.toUpperCase(words.charAt(0)) + words.substring(1);
    return text.endsWith(".") ? text : text + ".";
  }

  /** Shows it as the first cells of a row. */
  String row() {
    return "| `%s` | %s | %s | %s | %s |"
        .formatted(name, type.isEmpty() ? "" : "`" + type + "`", byDefault, bounds, meaning);
  }
}
