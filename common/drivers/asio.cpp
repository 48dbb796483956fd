// All of asio that is not a template, compiled once (ASIO_SEPARATE_COMPILATION).
#include <asio/impl/src.hpp>
