// Who counts is counted on: what it lets pass, and what it does not.
#include "scale/ledger.hpp"

#include "support/catch.hpp"

using namespace prise::scale;

TEST_CASE("who comes hears what was on its way, and all that is said from then on") {
  Floor floor(2);
  const auto say = [&floor](std::size_t speaker) {
    const Words words = floor.next_words_of(speaker);
    floor.was_heard(words);
    return words;
  };
  const Words before = say(0), on_its_way = say(0);
  Ledger ledger(floor);
  const Words after = say(0), last = say(0), other = say(1);

  SECTION("all of it") {
    ledger.hear(on_its_way);
    ledger.hear(after);
    ledger.hear(other);  // speakers do not wait for each other
    ledger.hear(last);
    ledger.leave(floor);
    CHECK_NOTHROW(ledger.close());
  }
  SECTION("the first one that is for it is missing") {
    CHECK_THROWS_AS(ledger.hear(last), Violation);
  }
  SECTION("one in the middle is missing") {
    ledger.hear(before);
    CHECK_THROWS_AS(ledger.hear(after), Violation);
  }
  SECTION("one comes twice") {
    ledger.hear(after);
    CHECK_THROWS_AS(ledger.hear(after), Violation);
  }
  SECTION("one comes late") {
    ledger.hear(after);
    CHECK_THROWS_AS(ledger.hear(on_its_way), Violation);
  }
  SECTION("the last one is missing") {
    ledger.hear(after);
    ledger.hear(other);
    ledger.leave(floor);
    CHECK_THROWS_AS(ledger.close(), Violation);
  }
  SECTION("a speaker is missing") {
    ledger.hear(after);
    ledger.hear(last);
    ledger.leave(floor);
    CHECK_THROWS_AS(ledger.close(), Violation);
  }
}

TEST_CASE("what nobody has said is noticed") {
  Floor floor(1);
  CHECK_THROWS_AS(floor.was_heard({0, 0}), Violation);
  CHECK_THROWS_AS(floor.was_heard({1, 0}), Violation);
  CHECK_THROWS_AS(understood("000000 0000000x ..."), Violation);
  CHECK_THROWS_AS(understood("000000"), Violation);
  const Words words = understood(spoken({7, 42}, 64));
  CHECK(words.speaker == 7);
  CHECK(words.number == 42);
}
