package io.kontiki.benchmark.versus.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kontiki.benchmark.Figures;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class BarChartTest {
    private static Figures runs(double... values) {
        Figures runs = new Figures();
        for (double value : values) {
            runs.add(value);
        }
        return runs;
    }

    private static Bars row(String label, Figures kafka, Figures kontiki) {
        Map<String, Figures> both = new LinkedHashMap<>();
        both.put("kafka", kafka);
        both.put("kontiki", kontiki);
        return new Bars(label, both);
    }

    /** The shapes of this name and class of a chart, which must be well-formed. */
    private static List<Element> shapes(Plot plot, String name, String kind) throws Exception {
        NodeList all = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(new BarChart(plot).text())))
                .getElementsByTagName(name);
        List<Element> found = new ArrayList<>();
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (List.of(element.getAttribute("class").split(" ")).contains(kind)) {
                found.add(element);
            }
        }
        return found;
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private final Plot plot = new Plot(
            "MB/s",
            true,
            List.of(
                    row("produce", runs(90, 100, 110), runs(190, 400, 410)),
                    row("consume", runs(50, 50, 50), runs(25, 20, 30))));

    @Test
    void barsAreAsLongAsTheirMedians() throws Exception {
        List<Element> bars = shapes(plot, "rect", "bar");
        assertThat(bars).hasSize(4);
        double pixels = number(bars.get(0), "width") / 100;
        assertThat(pixels).isPositive();
        List<Double> medians = List.of(100.0, 400.0, 50.0, 25.0);
        for (int i = 0; i < medians.size(); i++) {
            assertThat(number(bars.get(i), "width")).isCloseTo(medians.get(i) * pixels, within(0.1));
        }
    }

    @Test
    void whiskersGoFromTheLeastToTheMost() throws Exception {
        Element bar = shapes(plot, "rect", "bar").get(1);
        double pixels = number(bar, "width") / 400;
        Element whisker = shapes(plot, "line", "whisker").get(3);
        assertThat(number(whisker, "x1") - number(bar, "x")).isCloseTo(190 * pixels, within(0.1));
        assertThat(number(whisker, "x2") - number(bar, "x")).isCloseTo(410 * pixels, within(0.1));
    }

    @Test
    void theRatioIsOurMedianByTheirs() throws Exception {
        assertThat(shapes(plot, "text", "ratio"))
                .extracting(Element::getTextContent)
                .containsExactly("4.00 ×", "0.500 ×");
    }

    @Test
    void anyNameMakesAWellFormedFile() throws Exception {
        Plot odd = new Plot("a < b & \"c\" > d", false, List.of(row("x <y> & z", runs(1), runs(2))));
        assertThat(shapes(odd, "text", "label").get(0).getTextContent()).isEqualTo("x");
        assertThat(shapes(odd, "text", "parameters").get(0).getTextContent()).isEqualTo("<y> & z");
        assertThat(odd.fileName()).isEqualTo("a-b-c-d.svg");
    }

    @Test
    void nothingButZerosHasBarsWithoutLength() throws Exception {
        Plot zeros = new Plot("failures", false, List.of(row("produce", runs(0), runs(0))));
        assertThat(shapes(zeros, "rect", "bar")).allMatch(bar -> number(bar, "width") == 0);
        assertThat(shapes(zeros, "text", "ratio")).isEmpty();
    }
}
