// The soak as a program: ten minutes of soak.hpp, and the server holds no more at the end than at
// the beginning.
#include <algorithm>

#include "console.hpp"
#include "options.hpp"
#include "scale/soak.hpp"

using namespace prise;
using namespace prise::scale;

namespace {

constexpr double seconds_to_judge_memory = 60;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The first fifth is to warm up; then the second is compared with the last.
bool has_grown(const std::vector<double>& kib, const SoakWishes& wishes) {
  const auto fifth = [&kib](std::ptrdiff_t number) {
    const auto size = static_cast<std::ptrdiff_t>(kib.size());
    return median({kib.begin() + number * size / 5, kib.begin() + (number + 1) * size / 5});
  };
  if (wishes.seconds < seconds_to_judge_memory) {
    say("  trop court pour juger de la mémoire");
    return false;
  }
  const double growth = fifth(4) - fifth(1);
  const auto [least, most] = std::minmax_element(kib.begin(), kib.end());
  say("  mémoire du serveur : {:.0f} Kio après l'échauffement, {:.0f} Kio à la fin ({:+.0f} Kio ;"
      " au moins {:.0f}, au plus {:.0f})",
      fifth(1), fifth(4), growth, *least, *most);
  return growth > wishes.growth_kib_max;
}

}  // namespace

int main(int argc, char** argv) {
  SoakWishes wishes;
  parse_arguments(argc, argv,
                  {{"room", &wishes.room, "Le programme de la salle"},
                   {"--seconds", &wishes.seconds, "Combien de temps"},
                   {"--clients", &wishes.clients, "Clients à la fois, au plus"},
                   {"--speakers", &wishes.speakers, "Parmi eux, ceux qui restent et parlent"},
                   {"--patience", &wishes.patience, "Secondes que la salle laisse à chacun"},
                   {"--growth", &wishes.growth_kib_max, "Kio dont elle peut grandir, au plus"},
                   {"--seed", &wishes.seed, "D'autres visites"}});
  try {
    Soak soak(wishes);
    soak.begin();
    soak.go_on();
    soak.end();
    soak.say_visits();
    if (!has_grown(soak.memory_kib(), wishes)) return 0;
    warn("Échec : la mémoire du serveur grandit");
  } catch (const Violation& violation) {
    warn("Échec : {}", violation.what());
  }
  return 1;
}
