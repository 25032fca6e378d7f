package dev.ingest.benchmarks.costs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What one class of tests took, by the clock on the wall.
 *
 * @param module the folder of its module
 * @param name its name without the package
 * @param seconds how long
 */
record TestClassCost(String module, String name, double seconds) {

  private static final Path REPORTS = Path.of("target", "surefire-reports");
  private static final int DEEPEST_MODULE = 2;

  /**
   * Reads the reports that the last runs of the tests left below a folder.
   *
   * @param root the folder of the whole build
   * @throws IOException if a report cannot be read, or is none
   */
  static List<TestClassCost> below(Path root) throws IOException {
    List<TestClassCost> costs = new ArrayList<>();
    for (Path folder : reports(root)) {
      Path below = root.relativize(folder);
      String module = below.subpath(0, below.getNameCount() - REPORTS.getNameCount()).toString();
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          String name = folder.relativize(file).toString();
          if (name.startsWith("TEST-") && name.endsWith(".xml")) {
            costs.add(read(module, file));
          }
        }
      }
    }
    return costs;
  }

  private static List<Path> reports(Path root) throws IOException {
    int deepest = DEEPEST_MODULE + REPORTS.getNameCount();
    try (Stream<Path> found =
        Files.find(root, deepest, (path, is) -> is.isDirectory() && path.endsWith(REPORTS))) {
      return found.filter(path -> !path.equals(root.resolve(REPORTS))).sorted().toList();
    }
  }

  private static TestClassCost read(String module, Path report) throws IOException {
    try (InputStream in = Files.newInputStream(report)) {
      XMLInputFactory factory = XMLInputFactory.newInstance();
      factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
      XMLStreamReader xml = factory.createXMLStreamReader(in);
      xml.nextTag();
      String name = xml.getAttributeValue(null, "name");
      String time = xml.getAttributeValue(null, "time");
      if (name == null || time == null) {
        throw new IOException(report + " is no report of tests");
      }
      return new TestClassCost(
          module,
          name.substring(name.lastIndexOf('.') + 1),
          Double.parseDouble(time.replace(",", "")));
    } catch (XMLStreamException | NumberFormatException e) {
      throw new IOException(report + " is no report of tests", e);
    }
  }
}
