package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * What the modules of an embedded application bring without being asked is what
 * docs/compatibility.md lists: the rule of the build sees every library of theirs, and not whether
 * it is optional.
 */
final class FootprintTest {

  private static final Set<String> MODULES =
      Set.of("ingest-spi", "ingest-core", "ingest-store-file", "ingest-store-jdbc");
  private static final Pattern ROW = Pattern.compile("^\\| `([a-z0-9-]+)`[^|]*\\| [0-9,]+ \\|$");

  @Test
  void librariesThatAreNotOptional_areThoseOfThePage() throws Exception {
    Set<String> brought = new TreeSet<>(MODULES);
    for (String module : MODULES) {
      brought.addAll(brought(Path.of("..", module, "pom.xml")));
    }
    assertEquals(listed(), brought);
  }

  private static Set<String> listed() throws IOException {
    Set<String> listed =
        Files.readAllLines(Path.of("..", "docs", "compatibility.md")).stream()
            .map(ROW::matcher)
            .filter(Matcher::matches)
            .map(row -> row.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(listed.containsAll(MODULES), listed::toString);
    return listed;
  }

  private static Set<String> brought(Path pom) throws Exception {
    Element project =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(pom.toFile())
            .getDocumentElement();
    Set<String> brought = new TreeSet<>();
    NodeList dependencies = child(project, "dependencies").getElementsByTagName("dependency");
    assertTrue(dependencies.getLength() > 0, pom.toString());
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element dependency = (Element) dependencies.item(i);
      String scope = text(dependency, "scope", "compile");
      if ((scope.equals("compile") || scope.equals("runtime"))
          && !text(dependency, "optional", "false").equals("true")) {
        brought.add(text(dependency, "artifactId", ""));
      }
    }
    return brought;
  }

  /** Finds a direct child: profiles and plugins have dependencies of their own. */
  private static Element child(Element parent, String name) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        return element;
      }
    }
    throw new IllegalStateException("no " + name + " in " + parent.getTagName());
  }

  private static String text(Element dependency, String name, String absent) {
    NodeList found = dependency.getElementsByTagName(name);
    return found.getLength() == 0 ? absent : found.item(0).getTextContent().strip();
  }
}
