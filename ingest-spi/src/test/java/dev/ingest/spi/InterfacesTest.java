package dev.ingest.spi;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The shape of what adapter authors implement. Sealed interfaces are values and exempt. */
class InterfacesTest {

  private static final int MOST_METHODS = 9;

  @TestFactory
  Stream<DynamicTest> interface_isAbstractAndSmall() throws Exception {
    return interfaces().stream()
        .map(type -> DynamicTest.dynamicTest(type.getName(), () -> assertAbstractAndSmall(type)));
  }

  @Test
  void scan_findsWhatAdaptersImplement() throws Exception {
    List<String> found = interfaces().stream().map(Class::getSimpleName).toList();
    List<String> needed =
        List.of(
            "ContentStore",
            "ContentWriter",
            "ContentBody",
            "ContentPurger",
            "ContentProvider",
            "LedgerStore",
            "Holdings",
            "Ledger",
            "WorkQueue",
            "UploadSessions",
            "AlertOutbox",
            "ControlRecords",
            "AlertSink",
            "LedgerProvider");
    assertTrue(found.containsAll(needed), "found " + found);
  }

  private static void assertAbstractAndSmall(Class<?> type) {
    List<Method> declared =
        Arrays.stream(type.getDeclaredMethods()).filter(method -> !method.isSynthetic()).toList();
    assertAll(
        () ->
            assertTrue(
                declared.stream().allMatch(method -> Modifier.isAbstract(method.getModifiers())),
                "a method has a body: " + declared),
        () ->
            assertTrue(declared.size() <= MOST_METHODS, declared.size() + " methods: " + declared));
  }

  private static List<Class<?>> interfaces()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path root = Path.of(Outcome.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root.resolve("dev/ingest/spi"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace('/', '.').replace('\\', '.');
        Class<?> type =
            Class.forName(
                name.substring(0, name.length() - ".class".length()),
                false,
                InterfacesTest.class.getClassLoader());
        if (type.isInterface() && !type.isSealed() && !name.contains("package-info")) {
          found.add(type);
        }
      }
    }
    return found;
  }
}
