package dev.ingest.benchmarks.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.benchmarks.plots.Curve.Point;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

class PlotTest {

  @Test
  void figure_isADotAsHighAsItIsLarge() throws Exception {
    Plot plot =
        new Plot(
            "rates",
            "entries",
            "a second",
            false,
            List.of(new Curve("ours", List.of(new Point(10, 100), new Point(1_000, 50)))));

    List<Element> dots = elements(plot.svg(), "circle");

    assertEquals(2, dots.size());
    double base = 340;
    double first = base - number(dots.get(0), "cy");
    double second = base - number(dots.get(1), "cy");
    assertEquals(2, first / second, 0.02);
    assertTrue(number(dots.get(0), "cx") < number(dots.get(1), "cx"));
    assertEquals("ours: 100 at 10", dots.get(0).getTextContent());
  }

  @Test
  void powersOfTen_areEquallyFarApart() throws Exception {
    Plot plot =
        new Plot(
            "sizes",
            "bytes",
            "µs",
            true,
            List.of(
                new Curve(
                    "ours", List.of(new Point(1, 1), new Point(10, 10), new Point(100, 100)))));

    List<Element> dots = elements(plot.svg(), "circle");

    for (String side : List.of("cx", "cy")) {
      assertEquals(
          number(dots.get(1), side) - number(dots.get(0), side),
          number(dots.get(2), side) - number(dots.get(1), side),
          0.2,
          side);
    }
  }

  @Test
  void names_cannotBecomeElements() throws Exception {
    Plot plot =
        new Plot(
            "<script>alert(1)</script>",
            "a & b",
            "\"c\"",
            false,
            List.of(new Curve("</text><script>", List.of(new Point(1, 1)))));

    assertEquals(List.of(), elements(plot.svg(), "script"));
    assertTrue(
        elements(plot.svg(), "text").stream()
            .anyMatch(text -> text.getTextContent().equals("<script>alert(1)</script>")));
  }

  @Test
  void plotWithoutAFigure_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Plot("", "", "", false, List.of()));
    List<Curve> empty = List.of(new Curve("none", List.of()));
    assertThrows(IllegalArgumentException.class, () -> new Plot("", "", "", false, empty));
    Plot zero = new Plot("", "", "", true, List.of(new Curve("zero", List.of(new Point(1, 0)))));
    assertThrows(IllegalArgumentException.class, zero::svg);
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  /** The elements of a name in a document, which must be well-formed. */
  static List<Element> elements(String svg, String name)
      throws ParserConfigurationException, IOException, SAXException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    Document document =
        factory
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    NodeList found = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }
}
