// What a DingTalk robot means.
#pragma once

#include "common/robot_answer.h"

namespace eventer {

extern const RobotLanguage kDingTalkLanguage;

}  // namespace eventer
