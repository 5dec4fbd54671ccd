#include "pipeline/entry_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "pipeline/testing.h"
#include "support/test_data.h"

namespace eventer {
namespace {

constexpr std::size_t kNone = 0;
constexpr std::size_t kMiB = 1 << 20;
// So that blocks become as large as they may.
constexpr std::size_t kSomeBlocks = 256 << 10;

class EntryTableTest : public testing::Test {
 protected:
  void Fill(EntryTable& table, int count, std::size_t bytes = 1024) {
    for (int i = 1; i <= count; ++i) {
      table.Add({static_cast<std::uint64_t>(i), MakeEvent(std::to_string(i), "Normal", bytes)});
    }
  }

  std::string NameOf(EntryTable& table, std::uint64_t sequence) {
    return table.EventOf(*table.Find(sequence), decoder_)->name;
  }

  EventDecoder decoder_;
};

// Text in which nothing repeats.
class Noise {
 public:
  std::string Text(std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) {
      // Without its low bits, which are too regular.
      text += "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-"[random_() >> 25];
    }
    return text;
  }

 private:
  std::minstd_rand random_;
};

// What every sink may see of an event.
void ExpectSame(const Event& one, const Event& other) {
  EXPECT_EQ(one.json, other.json);
  EXPECT_EQ(one.type, other.type);
  EXPECT_EQ(one.reason, other.reason);
  EXPECT_EQ(one.message, other.message);
  EXPECT_EQ(one.name, other.name);
  EXPECT_EQ(one.VersionId(), other.VersionId());
  EXPECT_EQ(one.ObjectNamespace(), other.ObjectNamespace());
  EXPECT_EQ(one.involved_object.kind, other.involved_object.kind);
  EXPECT_EQ(one.involved_object.name, other.involved_object.name);
  EXPECT_EQ(one.source.component, other.source.component);
  EXPECT_EQ(one.source.host, other.source.host);
  EXPECT_EQ(one.first_seen, other.first_seen);
  EXPECT_EQ(one.last_seen, other.last_seen);
  EXPECT_EQ(one.count, other.count);
}

TEST_F(EntryTableTest, TheNewestStayAsTheyCame) {
  EntryTable table(kMiB);
  Fill(table, 2000);
  const auto event = MakeEvent("newest", "Warning", 1024);
  table.Add({2001, event});
  EXPECT_EQ(table.EventOf(*table.Find(2001), decoder_), event);
  EXPECT_LE(table.unpacked(), kMiB);
  EXPECT_GT(table.unpacked(), kMiB / 2);
}

TEST_F(EntryTableTest, WhatWaitsForLongIsDecodedAgainAsItWas) {
  EntryTable table(kNone);
  std::vector<EventPtr> events;
  for (const std::string& line : ReadTestLines("golden/events.jsonl")) {
    events.push_back(decoder_.DecodeEvent(line));
    table.Add({events.size(), events.back()});
  }
  ASSERT_GT(events.size(), 20u);
  EXPECT_EQ(table.unpacked(), 0u);
  for (std::size_t i = 0; i < events.size(); ++i) {
    ExpectSame(*table.EventOf(*table.Find(i + 1), decoder_), *events[i]);
  }
}

// Names, uids, versions and times differ from event to event, as they do in a cluster.
TEST_F(EntryTableTest, RealEventsTakeLessThanHalfOfTheirTextOnceTheyArePacked) {
  std::string all;
  for (const std::string& line : ReadTestLines("golden/events.jsonl")) {
    all += decoder_.DecodeEvent(line)->json;
  }
  EXPECT_LT(CompressedText(all).bytes(), all.size() / 2);
}

TEST_F(EntryTableTest, ItIsFoundWhereverItIs) {
  EntryTable table(kSomeBlocks);
  Fill(table, 500);
  EXPECT_EQ(NameOf(table, 1), "1");
  EXPECT_EQ(NameOf(table, 250), "250");
  EXPECT_EQ(NameOf(table, 1), "1");
  EXPECT_EQ(NameOf(table, 500), "500");
  EXPECT_EQ(table.Find(501), nullptr);
}

TEST_F(EntryTableTest, WhatIsRemovedGivesBackAllThatItTook) {
  for (const std::size_t newest : {kNone, kMiB / 8, 10 * kMiB}) {
    EntryTable table(newest);
    Fill(table, 1000);
    for (std::uint64_t i = 1; i <= 1000; ++i) table.Remove(*table.Find(i));
    table.Tidy();
    EXPECT_EQ(table.events(), 0u) << newest;
    EXPECT_EQ(table.bytes(), 0u) << newest;
    EXPECT_EQ(table.unpacked(), 0u) << newest;
    EXPECT_EQ(table.packed(), 0u) << newest;
    EXPECT_EQ(table.begin(), table.end()) << newest;
  }
}

TEST_F(EntryTableTest, WhatIsLeftHereAndThereDoesNotHoldWholeBlocks) {
  for (const std::uint64_t step : {9u, 64u}) {
    EntryTable table(kSomeBlocks);
    Fill(table, 6400);
    const std::size_t whole = table.packed();
    for (std::uint64_t i = 1; i <= 6400; ++i) {
      if (i % step != 0) table.Remove(*table.Find(i));
      if (i % 640 == 0) EXPECT_EQ(NameOf(table, i - i % step), std::to_string(i - i % step));
    }
    table.Tidy();
    EXPECT_EQ(table.events(), 6400 / step);
    EXPECT_LT(table.packed(), whole);
    EXPECT_LT(table.packed(), 2 * table.bytes());
    for (std::uint64_t i = step; i <= 6400; i += step) {
      ASSERT_EQ(NameOf(table, i), std::to_string(i)) << step;
    }
  }
}

TEST_F(EntryTableTest, TextThatDoesNotCompressNeverTakesMoreThanTwiceWhatIsLeftOfIt) {
  EntryTable table(kSomeBlocks);
  Noise noise;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    table.Add({i, decoder_.DecodeEvent(R"({"message":")" + noise.Text(1000) + R"("})")});
  }
  std::size_t packed_text = 0;
  for (EntryTable::Entry& entry : table) packed_text += entry.packed ? entry.size : 0;
  for (EntryTable::Entry& entry : table) {
    if (!entry.packed || entry.sequence % 5 == 0) continue;
    packed_text -= entry.size;
    table.Remove(entry);
    ASSERT_LE(table.packed(), 2 * packed_text);
  }
  EXPECT_GT(packed_text, 100'000u);
}

TEST_F(EntryTableTest, ABlockThatWasReadAndThenMadeAnewIsReadAnew) {
  EntryTable table(kSomeBlocks);
  Fill(table, 1000);
  ASSERT_TRUE(table.Find(50)->packed);
  EXPECT_EQ(NameOf(table, 50), "50");
  for (std::uint64_t i = 1; i < 50; ++i) table.Remove(*table.Find(i));
  table.Tidy();
  for (std::uint64_t i = 51; i <= 100; ++i) table.Remove(*table.Find(i));
  EXPECT_EQ(NameOf(table, 50), "50");
  table.Remove(*table.Find(50));
  EXPECT_EQ(NameOf(table, 101), "101");
}

TEST_F(EntryTableTest, OneHugeEventIsABlockOfItsOwn) {
  EntryTable table(4 * kSmallEvent);
  table.Add({1, MakeEvent("small")});
  table.Add({2, MakeEvent("huge", "Normal", 16 * kMiB)});
  table.Add({3, MakeEvent("small again")});
  EXPECT_EQ(NameOf(table, 2), "huge");
  EXPECT_EQ(NameOf(table, 3), "small again");
  EXPECT_EQ(NameOf(table, 1), "small");
  table.Remove(*table.Find(2));
  EXPECT_EQ(NameOf(table, 3), "small again");
}

TEST_F(EntryTableTest, WhatDoesNotCompressIsKeptAllTheSame) {
  const std::string noise = Noise().Text(100'000);
  const std::string json = R"({"metadata":{"name":"n"},"message":")" + noise + R"("})";
  EntryTable table(kNone);
  table.Add({1, decoder_.DecodeEvent(json)});
  EXPECT_EQ(table.EventOf(*table.Find(1), decoder_)->message, noise);
  EXPECT_LT(table.packed(), json.size() + json.size() / 100);
}

TEST_F(EntryTableTest, WhatSomebodyHoldsOutlivesItsPlace) {
  EntryTable table(kNone);
  Fill(table, 10);
  const EventPtr held = table.EventOf(*table.Find(5), decoder_);
  for (std::uint64_t i = 1; i <= 10; ++i) table.Remove(*table.Find(i));
  EXPECT_EQ(held->name, "5");
}

}  // namespace
}  // namespace eventer
