package io.kontiki.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {
    private record Fish(String name, int legs, String note) {}

    private static final Listing<Fish> LISTING = new Listing<>("fish", Fish::name, ListingTest::json)
            .text("NAME", Fish::name)
            .number("LEGS", Fish::legs)
            .wideText("NOTE", Fish::note);
    private static final List<Fish> FISH = List.of(new Fish("cod", 0, "cold"), new Fish("axolotl", 4, ""));

    @Test
    void tableShowsWhatPeopleNeedMost() {
        assertThat(LISTING.render(FISH, ListFormat.TABLE)).isEqualTo("""
                        NAME     LEGS
                        cod         0
                        axolotl     4
                        """);
    }

    @Test
    void wideShowsEverything() {
        assertThat(LISTING.render(FISH, ListFormat.WIDE)).isEqualTo("""
                        NAME     LEGS  NOTE
                        cod         0  cold
                        axolotl     4  -
                        """);
    }

    @Test
    void jsonIsOneDocument() {
        assertThat(LISTING.render(FISH.subList(0, 1), ListFormat.JSON)).isEqualTo("""
                        {
                          "fish": [
                            {
                              "name": "cod",
                              "legs": 0
                            }
                          ]
                        }
                        """);
        assertThat(LISTING.render(List.of(), ListFormat.JSON)).isEqualTo("{\n  \"fish\": []\n}\n");
    }

    @Test
    void jsonLinesAndNamesAreOnePerLine() {
        assertThat(LISTING.render(FISH, ListFormat.JSONL))
                .isEqualTo("{\"name\":\"cod\",\"legs\":0}\n{\"name\":\"axolotl\",\"legs\":4}\n");
        assertThat(LISTING.render(FISH, ListFormat.NAME)).isEqualTo("cod\naxolotl\n");
    }

    private static JsonObject json(Fish fish) {
        var object = new JsonObject();
        object.addProperty("name", fish.name());
        object.addProperty("legs", fish.legs());
        return object;
    }
}
