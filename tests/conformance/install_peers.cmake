# Installs what FROM/package-lock.json names into TO, unless it is there. The lock file names no
# address: npm asks the registry that it is set up for.
file(MAKE_DIRECTORY ${TO})
file(SHA256 ${FROM}/package-lock.json wanted)
if(EXISTS ${TO}/installed)
  file(READ ${TO}/installed installed)
  if(installed STREQUAL wanted)
    return()
  endif()
endif()
file(COPY ${FROM}/package.json ${FROM}/package-lock.json DESTINATION ${TO})
execute_process(COMMAND ${NPM} ci --no-audit --no-fund --ignore-scripts
  WORKING_DIRECTORY ${TO} COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${TO}/installed ${wanted})
