// What a chat sink remembers for another process, as text.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/digest_run.h"
#include "common/repeat_book.h"

namespace eventer {

struct ChatState {
  std::vector<WallTime> sent;  // the messages of the budget's window
  std::optional<WallTime> rests_until;
  std::optional<DigestProgress> digest;
  DigestRun::Outcomes settled;  // what told pages of ended digests came to
};

// Times of the steady clock are told by the wall clock's. What is no state is an empty one.
std::string WriteChatState(const Clock& clock, const ChatState& state,
                           const std::list<Problem>& problems);
ChatState ReadChatState(std::string_view text);
std::vector<Problem> ReadProblems(const Clock& clock, std::string_view text);

}  // namespace eventer
