// The students' edition of the course: all but what gives the exercises' answers away.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace prise::grader {

// The course's files, relative to its folder: those git knows of, or, without git, all but what was
// built. Throws std::runtime_error when there are none.
std::vector<std::filesystem::path> course_files(const std::filesystem::path& course);

// Solutions, mistakes, and the tests that need them.
bool gives_answers_away(const std::filesystem::path& file);

// Copies the course to `edition`, which is made; exercise.cpp are starters again. Returns how many
// files were written.
std::size_t export_edition(const std::filesystem::path& course,
                           const std::filesystem::path& edition);

}  // namespace prise::grader
