// The harness put to the test: faults seeded into our own core (faults.cmake), each of which must
// make certain cases fail and no others of those that are run.
#include "conformance/report.hpp"
#include "conformance/run.hpp"
#include "support/catch.hpp"

using namespace prise::conformance;
using prise::testing::Command;
using prise::testing::Process;
using prise::testing::within;

namespace {

using Numbers = std::vector<std::string>;

Numbers failing(const std::string& fault, const Numbers& patterns) {
  Process server(Command{std::string(PRISE_FAULTS) + "/" + fault, {}});
  const std::string announced = "Port : ";
  REQUIRE(server.wait_for(announced, within(Seconds(20))));
  REQUIRE(server.wait_for("\n", within(Seconds(20))));
  const auto port =
      static_cast<std::uint16_t>(std::stoul(server.output().substr(announced.size())));
  RunOptions options;
  options.settings = {1.5, 20};
  Numbers numbers;
  for (const Result& result :
       test_server({"127.0.0.1", port}, selected(all_cases(Tested::server), patterns, {}), options))
    if (result.verdict != Verdict::ok) numbers.push_back(result.number);
  return numbers;
}

}  // namespace

TEST_CASE("caught: reserved bits are not looked at", "[5.2]") {
  CHECK(failing("rsv_unchecked", {"3.*", "P.5.13"}) == Numbers{"3.1", "3.2", "3.3", "P.5.13"});
}

TEST_CASE("caught: unmasked frames are taken", "[5.1]") {
  CHECK(failing("unmasked_accepted", {"P.2.[1-5]", "1.1.2"}) ==
        Numbers{"P.2.1", "P.2.2", "P.2.3", "P.2.4", "P.2.5"});
}

TEST_CASE("caught: a ping of 126 bytes is taken, and stops the server", "[5.5]") {
  CHECK(failing("control_over_125_accepted", {"2.5"}) == Numbers{"2.5", "end"});
}

TEST_CASE("caught: control frames may be fragmented", "[5.5]") {
  CHECK(failing("fragmented_control_accepted", {"5.1", "5.3", "P.4.6"}) == Numbers{"5.1", "P.4.6"});
}

TEST_CASE("caught: lengths need not be in their shortest form", "[5.2]") {
  CHECK(failing("length_not_minimal_accepted", {"P.3.*", "1.1.*"}) ==
        Numbers{"P.3.1", "P.3.2", "P.3.3"});
}

// On a busy machine some chops arrive joined: not each of the three must fail.
TEST_CASE("caught: each piece of a frame is unmasked from the key's first byte", "[5.3]") {
  const auto numbers = failing("mask_index_not_carried", {"P.2.[678]", "1.1.2"});
  CHECK_FALSE(numbers.empty());
  for (const std::string& number : numbers)
    CHECK(matches(number, "P.2.[678]"));
}

TEST_CASE("caught: a continuation may begin a message", "[5.4]") {
  CHECK(failing("orphan_continuation_accepted", {"5.9", "5.1[0-7]"}) ==
        Numbers{"5.9", "5.10", "5.11", "5.12", "5.13", "5.14", "5.15", "5.16", "5.17"});
}

TEST_CASE("caught: a text may begin inside another", "[5.4]") {
  CHECK(failing("text_inside_text_accepted", {"5.18", "5.3", "P.4.4"}) == Numbers{"5.18", "P.4.4"});
}

TEST_CASE("caught: surrogates pass for UTF-8", "[8.1]") {
  const auto numbers =
      failing("surrogates_accepted", {"6.3.*", "6.4.*", "6.1?.*", "6.2?.*", "7.5.1"});
  CHECK(numbers.size() == 2 + 7 + 8 + 1);
  for (const std::string& number : numbers)
    CHECK((matches(number, "6.3.*") || matches(number, "6.2[01].*") || number == "7.5.1"));
}

TEST_CASE("caught: close code 1005 is taken", "[7.4]") {
  CHECK(failing("code_1005_accepted", {"7.[79].*"}) == Numbers{"7.9.4"});
}

TEST_CASE("caught: pongs have no payload", "[5.5.3]") {
  CHECK(failing("ping_payload_lost", {"2.*"}) ==
        Numbers{"2.2", "2.3", "2.4", "2.6", "2.9", "2.10", "2.11"});
}

TEST_CASE("caught: a close is not answered", "[5.5.1]") {
  CHECK(failing("close_not_answered", {"7.3.*", "7.9.1"}) ==
        Numbers{"7.3.1", "7.3.3", "7.3.4", "7.3.5", "end"});
}

TEST_CASE("caught: the deflate context is kept against the agreement", "[rfc7692]") {
  CHECK(failing("deflate_context_kept", {"P.5.[123]"}) == Numbers{"P.5.2"});
}

TEST_CASE("caught: the inflate context is lost", "[rfc7692]") {
  CHECK(failing("inflate_context_lost", {"P.5.[1-6]"}) ==
        Numbers{"P.5.1", "P.5.2", "P.5.3", "P.5.4"});
}

TEST_CASE("caught: the deflate window is larger than agreed", "[rfc7692]") {
  CHECK(failing("window_bits_ignored", {"P.5.[123]"}) == Numbers{"P.5.3"});
}

TEST_CASE("caught: the version is not looked at", "[4.2.1]") {
  CHECK(failing("version_unchecked", {"P.1.[5-9]"}) == Numbers{"P.1.6", "P.1.7", "P.1.8"});
}

TEST_CASE("caught: frames that come with the handshake are lost", "[4.2.2]") {
  CHECK(failing("bytes_after_head_lost", {"P.1.33", "P.1.34"}) == Numbers{"P.1.34"});
}
