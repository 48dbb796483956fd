// UTF-8 validation, beside Boost.Beast's; and ours without vector instructions.
#include <benchmark/benchmark.h>

#include <boost/beast/websocket/detail/utf8_checker.hpp>
#include <string>

#include "benchmarks/core_benchmark.hpp"
#include "protocol/websocket/utf8.hpp"
#include "protocol/websocket/utf8_blocks.hpp"

namespace prise::benchmarks {
namespace {

bool with_prise(const std::string& text) {
  return websocket::is_utf8(websocket::bytes_of(text));
}

// What utf8.cpp does where there are no vector instructions.
bool with_portable(const std::string& text) {
  const auto bytes = websocket::bytes_of(text);
  return websocket::is_utf8_portable(bytes);
}

bool with_beast(const std::string& text) {
  return boost::beast::websocket::detail::check_utf8(text.data(), text.size());
}

// Whole phrases, as many as fit in `size`; the rest is filled with ASCII.
std::string text_of_size(const std::string& phrase, std::size_t size) {
  std::string text;
  while (text.size() + phrase.size() <= size)
    text += phrase;
  return text.append(size - text.size(), '.');
}

void add(const std::string& language, const std::string& text, const char* who,
         bool (*validate)(const std::string&)) {
  const std::string name = "utf8_" + language + "/" + std::to_string(text.size()) + "/" + who;
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    for (auto _ : state) {
      bool valid = validate(text);
      benchmark::DoNotOptimize(valid);
      if (!valid) state.SkipWithError("valid text was refused");
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
  });
}

}  // namespace

void register_utf8() {
  const std::pair<const char*, const char*> phrases[] = {
      {"ascii", "The quick brown fox jumps over the lazy dog. "},
      {"french", "Où êtes-vous allés cet été ? Là-bas, près de la forêt, où les élèves ont dîné. "},
      {"cjk", "日本語の文章は、漢字と仮名で書かれています。"},
      {"emoji", "😀🎉🚀🌍"},
  };
  for (const auto& [language, phrase] : phrases)
    for (const std::size_t size : {256, 1024, 65536}) {
      const std::string text = text_of_size(phrase, size);
      add(language, text, "prise", with_prise);
      add(language, text, "prise_portable", with_portable);
      add(language, text, "beast", with_beast);
    }
}

}  // namespace prise::benchmarks
