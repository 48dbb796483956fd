// An error that no one caught becomes one French line that says what is wrong and what to do.
#pragma once

#include <exception>
#include <string>

namespace prise {

// The line for an error: « connect 127.0.0.1:9999 : connexion refusée … ».
std::string explain(const std::exception& error);

// From here on, an exception that nobody catches, in any thread, prints its explanation on standard
// error and ends the program with status 1, without a core dump. parse_options calls it.
void explain_uncaught_errors();

// Puts the terminal back as it was found; console.cpp knows how.
void give_terminal_back();

}  // namespace prise
