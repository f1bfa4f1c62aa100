/* libyaml, found through pkg-config (yaml-0.1). Only the module Registry imports it. */
#pragma once
#include <yaml.h>
