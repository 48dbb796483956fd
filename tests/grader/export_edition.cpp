// export DIR: what ./prise export does: the students' edition, without solutions and mistakes.
// Status 0: done; 2: misuse.
#include <fmt/core.h>

#include <filesystem>
#include <iostream>

#include "console.hpp"
#include "explain.hpp"
#include "grader/edition.hpp"
#include "grader/settings.hpp"

using namespace prise;
using namespace prise::grader;
namespace fs = std::filesystem;

namespace {

[[noreturn]] void misuse(const std::string& line) {
  warn("prise : {}", line);
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  explain_uncaught_errors();
  if (argc != 2) misuse("dans quel dossier ? Par exemple : ./prise export ../prise-etudiants");
  const fs::path folder = argv[1];
  if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder)))
    misuse("ce dossier n'est pas vide : " + folder.string());
  const fs::path inside = fs::weakly_canonical(folder).lexically_relative(source_folder);
  if (!inside.empty() && *inside.begin() != "..")
    misuse("choisissez un dossier en dehors de celui du cours.");
  const std::size_t count = export_edition(source_folder, folder);
  say("L'édition des étudiants est dans {} : {} fichiers, sans solutions.", folder.string(), count);
}
