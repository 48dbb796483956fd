// Something to compress: French prose, ours, and words drawn from it.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace prise {

inline constexpr std::string_view prose =
    "Le facteur du village connaissait chaque porte, et chaque porte le connaissait. Il montait le "
    "chemin du moulin à huit heures, saluait le chien, posait les lettres sur le rebord de la "
    "fenêtre, puis redescendait par le verger. Un matin d'hiver, la neige avait effacé le chemin, "
    "le verger et jusqu'aux portes. Il monta tout de même. Au moulin, on l'attendait : la porte "
    "était ouverte, le feu brûlait, et sur la table il y avait deux tasses. « Je savais que vous "
    "viendriez, dit la meunière, parce que vous êtes toujours venu. » ";

// The rest of the story, for whoever needs more words.
inline constexpr std::string_view more_prose =
    "Il posa son sac, se réchauffa les mains, et chercha longtemps la lettre qu'il devait lui "
    "remettre. Elle n'y était pas. Il avait vidé la boîte de la place, trié les paquets dans la "
    "lumière grise de la poste, compté les journaux, et pourtant cette lettre manquait. La "
    "meunière rit : personne ne lui avait écrit depuis le printemps. Alors il comprit qu'il était "
    "monté sans rien apporter, par habitude, comme on remonte une horloge. Ils burent le café en "
    "regardant tomber la neige. Elle parla de son fils, qui réparait des bateaux dans un port du "
    "nord, et des canards qui ne reviendraient pas avant le mois de mars. Lui raconta la route "
    "coupée, le boulanger sans farine, l'école fermée, les enfants ravis. Quand il se leva, elle "
    "lui tendit une enveloppe : il fallait bien qu'il redescende avec quelque chose. Il la porta "
    "jusqu'en bas sans la lire. C'est seulement chez lui, le soir, qu'il vit son propre nom.";

// Words of the story in any order, each as often as the story has it, until there are enough bytes.
// A character may be cut at the end.
inline std::string random_words(std::size_t bytes, std::mt19937& random) {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> found;
    std::string rest = std::string(prose) + std::string(more_prose) + ' ';
    for (std::size_t space = 0; (space = rest.find(' ')) != rest.npos; rest.erase(0, space + 1))
      found.push_back(rest.substr(0, space + 1));
    return found;
  }();
  std::string text;
  while (text.size() < bytes)
    text += words[random() % words.size()];
  text.resize(bytes);
  return text;
}

inline std::string random_bytes(std::size_t count, std::mt19937& random) {
  std::string bytes;
  while (bytes.size() < count)
    bytes += static_cast<char>(random() & 0xFF);
  return bytes;
}

}  // namespace prise
