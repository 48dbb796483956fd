#include "protocol/websocket/deflate_parameters.hpp"

#include "support/catch.hpp"

using namespace prise::websocket;

namespace {

std::vector<Extension> parsed(std::string_view text) {
  auto extensions = parse_extensions({{"sec-websocket-extensions", text}});
  REQUIRE(extensions.has_value());
  return *extensions;
}

DeflateOptions small_windows() {
  DeflateOptions options;
  options.server_takeover = Takeover::none;
  options.server_window_bits_max = 10;
  options.client_window_bits_max = 11;
  return options;
}

struct Row {
  const char* offer;
  const char* answer;  // null: declined
  DeflateParameters agreed;
};

}  // namespace

TEST_CASE("extensions are read with their parameters, quoted or not", "[rfc6455][9.1]") {
  const auto extensions = parsed(" , foo , bar; baz=2 ;q = \"1\\5\";z,, foo");
  REQUIRE(extensions.size() == 3);
  CHECK(extensions[0].name == "foo");
  CHECK(extensions[0].parameters.empty());
  REQUIRE(extensions[1].parameters.size() == 3);
  CHECK(extensions[1].parameters[0].value == "2");
  CHECK(extensions[1].parameters[1].name == "q");
  CHECK(extensions[1].parameters[1].value == "15");
  CHECK_FALSE(extensions[1].parameters[2].value.has_value());
  CHECK(extensions[2].name == "foo");
  CHECK(parsed("").empty());
}

TEST_CASE("a server answers an offer, or declines it", "[rfc7692][7.1]") {
  constexpr auto keep = Takeover::keep;
  constexpr auto none = Takeover::none;
  const auto row = GENERATE_COPY(values<Row>({
      {"permessage-deflate", "permessage-deflate", {}},
      {"permessage-deflate; client_max_window_bits", "permessage-deflate", {}},
      {"permessage-deflate; server_no_context_takeover",
       "permessage-deflate; server_no_context_takeover",
       {none, keep, 15, 15}},
      {"permessage-deflate; client_no_context_takeover; client_max_window_bits=9",
       "permessage-deflate; client_no_context_takeover; client_max_window_bits=9",
       {keep, none, 15, 9}},
      {"permessage-deflate; server_max_window_bits=15",
       "permessage-deflate; server_max_window_bits=15",
       {}},
      {"permessage-deflate; server_max_window_bits=\"8\"",
       "permessage-deflate; server_max_window_bits=8",
       {keep, keep, 8, 15}},
      {"permessage-deflate; server_max_window_bits", nullptr, {}},
      {"permessage-deflate; server_max_window_bits=7", nullptr, {}},
      {"permessage-deflate; server_max_window_bits=16", nullptr, {}},
      {"permessage-deflate; server_max_window_bits=09", nullptr, {}},
      {"permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", nullptr, {}},
      {"permessage-deflate; client_max_window_bits=0", nullptr, {}},
      {"permessage-deflate; client_max_window_bits; client_max_window_bits", nullptr, {}},
      {"permessage-deflate; client_max_window_bits; client_max_window_bits=9", nullptr, {}},
      {"permessage-deflate; client_max_window_bits=9; client_max_window_bits", nullptr, {}},
      {"permessage-deflate; server_no_context_takeover=1", nullptr, {}},
      {"permessage-deflate; client_no_context_takeover; client_no_context_takeover", nullptr, {}},
      {"permessage-deflate; unknown", nullptr, {}},
  }));
  CAPTURE(row.offer);
  const auto answer = answer_offer(parsed(row.offer).at(0), {});
  REQUIRE(answer.has_value() == (row.answer != nullptr));
  if (!answer) return;
  CHECK(answer->text == row.answer);
  CHECK((answer->parameters == row.agreed));
}

TEST_CASE("a server's own wishes are answered where the offer allows them", "[rfc7692][7.1.2]") {
  const auto open =
      answer_offer(parsed("permessage-deflate; client_max_window_bits").at(0), small_windows());
  REQUIRE(open.has_value());
  CHECK(open->text ==
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; "
        "client_max_window_bits=11");
  const auto closed = answer_offer(parsed("permessage-deflate").at(0), small_windows());
  REQUIRE(closed.has_value());
  CHECK(closed->text ==
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=10");
  CHECK(closed->parameters.client_window_bits == 15);
  const auto smaller = answer_offer(
      parsed("permessage-deflate; server_max_window_bits=9; client_max_window_bits=10").at(0),
      small_windows());
  REQUIRE(smaller.has_value());
  CHECK(smaller->parameters.server_window_bits == 9);
  CHECK(smaller->parameters.client_window_bits == 10);
}

TEST_CASE("a client takes only an answer that its offer allowed", "[rfc7692][7.1]") {
  const auto accepted = [](const char* text, const DeflateOptions& options) {
    return accept_answer(parsed(text).at(0), options);
  };
  CHECK((accepted("permessage-deflate", {}) == DeflateParameters{}));
  CHECK(accepted("permessage-deflate; server_no_context_takeover", {})->server_takeover ==
        Takeover::none);
  CHECK(accepted("permessage-deflate; client_no_context_takeover", {})->client_takeover ==
        Takeover::none);
  CHECK(accepted("permessage-deflate; client_max_window_bits=8", {})->client_window_bits == 8);
  CHECK(accepted("permessage-deflate; server_max_window_bits=12", {})->server_window_bits == 12);
  CHECK_FALSE(accepted("permessage-deflate; client_max_window_bits", {}));
  CHECK_FALSE(accepted("permessage-deflate; server_max_window_bits=16", {}));
  CHECK_FALSE(accepted("permessage-deflate; unknown=1", {}));

  const char* const granted =
      "permessage-deflate; server_no_context_takeover; server_max_window_bits=10";
  CHECK(accepted(granted, small_windows())->client_window_bits == 11);
  CHECK_FALSE(accepted("permessage-deflate", small_windows()));
  CHECK_FALSE(accepted("permessage-deflate; server_no_context_takeover", small_windows()));
  CHECK_FALSE(accepted("permessage-deflate; server_max_window_bits=10", small_windows()));
  CHECK_FALSE(accepted("permessage-deflate; server_no_context_takeover; server_max_window_bits=11",
                       small_windows()));
}

TEST_CASE("a client's offer says what it wishes", "[rfc7692][7.1]") {
  CHECK(deflate_offer({}) == "permessage-deflate; client_max_window_bits");
  DeflateOptions options = small_windows();
  options.client_takeover = Takeover::none;
  CHECK(deflate_offer(options) ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=10; client_max_window_bits=11");
}
