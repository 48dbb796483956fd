// The file of the history, and how it is opened: so that it can be written, or at least read.
// Nothing here waits: a file that another program has locked is an error that is_busy().
#pragma once

#include <filesystem>
#include <string>

#include "sqlite_statement.hpp"

namespace prise::chat {

// Creates it, under this history's name, if there is none; and writes to it: that it returns says
// that storing works. A file that is no database, or of a newer version of Prise, is not touched.
Database open_to_write(const std::filesystem::path& file, const std::string& new_history_id);

Database open_to_read(const std::filesystem::path& file);

}  // namespace prise::chat
