package dev.ingest.core;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a builder was told, by the names that docs/configuration.md has for its settings; for the
 * tests of those who tell it.
 */
public final class BuilderSettings {

  private static final Path SOURCE =
      Path.of("../ingest-core/src/main/java/dev/ingest/core/IngestBuilder.java");
  private static final Pattern METHOD =
      Pattern.compile("public IngestBuilder (\\w+)\\(([^)]*)\\) \\{(.*?)\\n  \\}", Pattern.DOTALL);
  private static final Pattern ASSIGNMENT =
      Pattern.compile("(?:this\\.)?(\\w+)(?: = |\\.add\\()(\\w+)\\)?;");

  private final Map<String, Object> values = new TreeMap<>();
  private final Set<String> switches = new TreeSet<>();

  private BuilderSettings() {}

  /**
   * Reads what a builder was told.
   *
   * @param builder the builder
   * @return the settings, with the defaults of those of which it was told nothing
   */
  public static BuilderSettings of(IngestBuilder builder) throws IOException {
    BuilderSettings settings = new BuilderSettings();
    Matcher method = METHOD.matcher(Files.readString(SOURCE));
    while (method.find()) {
      boolean isOnly = !method.group(2).contains(",");
      if (method.group(2).isEmpty()) {
        settings.switches.add(method.group(1));
      }
      Matcher assignment = ASSIGNMENT.matcher(method.group(3));
      while (assignment.find()) {
        String name = method.group(1) + (isOnly ? "" : "." + assignment.group(2));
        settings.add(name, field(assignment.group(1)), builder);
      }
    }
    return settings;
  }

  /**
   * Finds what this one was told that another was not. What is switched off takes along what it
   * would have needed, which is not counted.
   *
   * @param other the settings of the other one
   * @return the names of the settings
   */
  public Set<String> differences(BuilderSettings other) {
    Set<String> differing = new TreeSet<>(values.keySet());
    differing.removeIf(name -> Objects.equals(values.get(name), other.values.get(name)));
    Set<String> switched = new TreeSet<>(differing);
    switched.retainAll(switches);
    return switched.isEmpty() ? differing : switched;
  }

  private void add(String name, Field field, IngestBuilder builder) {
    Object value = read(field, builder);
    add(name, value == null ? constant(field.getType()).orElse(null) : value);
  }

  private void add(String name, @Nullable Object value) {
    if (value instanceof Record policy && policy.getClass().getRecordComponents().length > 1) {
      Map<String, Object> components = new LinkedHashMap<>();
      for (RecordComponent component : policy.getClass().getRecordComponents()) {
        components.put(name + "." + component.getName(), read(component, policy));
      }
      if (components.containsValue(Optional.empty())) {
        // What is off has no use for the rest.
        components.values().removeIf(one -> !one.equals(Optional.empty()));
      }
      components.forEach(this::add);
    } else if (value instanceof Collection<?> all) {
      // Whatever was added: two of one kind are told apart by nothing else.
      values.put(name, all.stream().map(one -> one.getClass().getSimpleName()).toList());
    } else if (value != null) {
      values.put(name, value);
    }
  }

  /** What is told by default where the builder itself has nothing. */
  private static Optional<Object> constant(Class<?> type) {
    for (Field field : type.getFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getName().equals("DEFAULT")) {
        return Optional.ofNullable(read(field, null));
      }
    }
    return Optional.empty();
  }

  private static Object read(RecordComponent component, Record policy) {
    try {
      return component.getAccessor().invoke(policy);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component.toString(), e);
    }
  }

  private static Field field(String name) {
    try {
      Field field = IngestBuilder.class.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(name, e);
    }
  }

  @SuppressWarnings("NullAway") // A static field is read of no object, and may hold null.
  private static @Nullable Object read(Field field, @Nullable Object owner) {
    try {
      return field.get(owner);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field.toString(), e);
    }
  }
}
