# Faults seeded into the core, one a program: tiny_echo with one source file of the core in which one
# piece of text is replaced. The linker takes that file in place of the library's own. faults_test
# holds which cases catch each.
add_library(conformance_tiny_echo OBJECT tiny_echo.cpp)
prise_target(conformance_tiny_echo prise_websocket prise_net)

# prise_fault(NAME FILE OLD NEW): OLD must stand in FILE, once.
function(prise_fault name file old new)
  set(source ${PROJECT_SOURCE_DIR}/common/protocol/websocket/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} text)
  string(REPLACE "${old}" "${new}" faulty "${text}")
  string(FIND "${text}" "${old}" first)
  string(FIND "${text}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "The fault ${name} does not find its text, once, in ${file}: ${old}")
  endif()
  file(CONFIGURE OUTPUT faults/${name}.cpp CONTENT "${faulty}" @ONLY)
  add_executable(fault_${name} ${CMAKE_CURRENT_BINARY_DIR}/faults/${name}.cpp
    $<TARGET_OBJECTS:conformance_tiny_echo>)
  prise_target(fault_${name} prise_websocket prise_net ZLIB::ZLIB Threads::Threads)
  target_compile_options(fault_${name} PRIVATE -UNDEBUG -Wno-unused)  # a broken promise stops it
  set_target_properties(fault_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY faults OUTPUT_NAME ${name})
  set_property(DIRECTORY APPEND PROPERTY FAULTS fault_${name})
endfunction()

prise_fault(rsv_unchecked frame.cpp
  [[if ((byte & rsv2_and_rsv3_bits) != 0) return Rule::reserved_bit_set;]] "")
prise_fault(unmasked_accepted frame.cpp
  [[if ((byte & mask_bit) == 0 && reader == Role::server) return Rule::frame_unmasked;]] "")
prise_fault(control_over_125_accepted frame.cpp
  [[return Rule::control_frame_too_long;]] [[return Rule::none;]])
prise_fault(fragmented_control_accepted frame.cpp
  [[return Rule::control_frame_fragmented;]] [[return Rule::none;]])
prise_fault(length_not_minimal_accepted frame.cpp
  [[return minimal ? Rule::none : Rule::length_not_minimal;]]
  [[return minimal ? Rule::none : Rule::none;]])
prise_fault(mask_index_not_carried message_reader.cpp
  [[static_cast<std::size_t>(offset & 3)]] [[std::size_t{0}]])
prise_fault(orphan_continuation_accepted message_reader.cpp
  [[if (!begins && !in_message()) return Rule::continuation_without_message;]] "")
prise_fault(text_inside_text_accepted message_reader.cpp
  [[if (begins && in_message()) return Rule::message_inside_message;]] "")
prise_fault(surrogates_accepted utf8.cpp
  [[{after_ed, 0x80, 0x9F, tail_1}]] [[{after_ed, 0x80, 0xBF, tail_1}]])
prise_fault(code_1005_accepted close_payload.cpp
  [[if (!may_be_sent(parsed.code))]] [[if (!may_be_sent(parsed.code) && number != 1005)]])
prise_fault(ping_payload_lost connection.cpp
  [[append_frame(Opcode::pong, Fin::last, Compressed::no, reader_.payload());]]
  [[append_frame(Opcode::pong, Fin::last, Compressed::no, {});]])
prise_fault(close_not_answered connection.cpp
  [[if (state_ == State::open) append_close(close.code, {});]] "")
prise_fault(deflate_context_kept deflate.cpp
  [[if (takeover_ == Takeover::none) deflateReset(stream_.get());]] "")
prise_fault(inflate_context_lost deflate.cpp
  [[if (takeover_ == Takeover::none) inflateReset(stream_.get());]]
  [[inflateReset(stream_.get());]])
prise_fault(window_bits_ignored deflate.cpp
  [[options.level, Z_DEFLATED, -window_bits,]] [[options.level, Z_DEFLATED, -15,]])
prise_fault(version_unchecked handshake_server.cpp
  [[if (rule == Rule::none) rule = judge_version(fields);]] "")
prise_fault(bytes_after_head_lost connection_handshake.cpp
  [[input = input.subspan(whole.head_bytes);]]
  [[input = whole.head_bytes == 0 ? input : MutableBytes{};]])
