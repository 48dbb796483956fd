// How late each price was, in each of the ways: a whole SVG document.
#pragma once

#include <span>
#include <string>

#include "watch.hpp"

std::string svg_plot(const Plan& plan, std::span<const Watch> watches);
