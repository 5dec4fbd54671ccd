#include "core/event_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/event_decoder.h"

namespace eventer {
namespace {

// The text that is kept of an Event.
std::string Kept(std::string_view text) {
  EventDecoder decoder;
  EventPtr event = decoder.DecodeEvent(text);
  return event ? event->json : "nothing";
}

// The texts that are kept of a list's items.
std::vector<std::string> KeptItems(std::string_view body) {
  EventDecoder decoder;
  EventListPage page;
  std::string error;
  EXPECT_TRUE(decoder.DecodeList(body, &page, &error)) << error;
  std::vector<std::string> texts;
  for (const EventPtr& event : page.events) texts.push_back(event->json);
  return texts;
}

struct CutCase {
  const char* object;
  const char* kept;
};

TEST(EventText, ManagedFieldsGoWithOneComma) {
  for (const CutCase& c : {
           CutCase{R"({"metadata":{"managedFields":[]}})", R"({"metadata":{}})"},
           {R"({"metadata":{"managedFields":[1],"a":1}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":[1]}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":[1],"b":2}})", R"({"metadata":{"a":1,"b":2}})"},
           {R"({"metadata":{"managedFields":[1],"managedFields":[2]}})", R"({"metadata":{}})"},
           {R"({"metadata":{"a":1,"managedFields":[1],"managedFields":[2]}})",
            R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"managedFields":[1],"a":1,"managedFields":[2]}})",
            R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"managedFields":null,"a":1}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":"x"}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":-1.5e3}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"a":1,"managedFields":{"]":"}"}},"z":0})",
            R"({"metadata":{"a":1},"z":0})"},
           {R"({"metadata":{"managed\u0046ields":[1],"a":1}})", R"({"metadata":{"a":1}})"},
           {R"({"metadata":{"managedFields":[]},"metadata":{"managedFields":[],"b":1}})",
            R"({"metadata":{},"metadata":{"b":1}})"},
           // Elsewhere it is nobody's business.
           {R"({"managedFields":[1],"metadata":null})", R"({"managedFields":[1],"metadata":null})"},
           {R"({"metadata":{"labels":{"managedFields":"x"}}})",
            R"({"metadata":{"labels":{"managedFields":"x"}}})"},
           {R"({"metadata":["managedFields"]})", R"({"metadata":["managedFields"]})"},
           {R"({"related":{"metadata":{"managedFields":[1]}}})",
            R"({"related":{"metadata":{"managedFields":[1]}}})"},
           {R"({"message":"\"managedFields\":[1],"})", R"({"message":"\"managedFields\":[1],"})"},
           {R"({})", R"({})"},
       }) {
    EXPECT_EQ(Kept(c.object), c.kept);
  }
}

TEST(EventText, WhitespaceDoesNotConfuseTheCut) {
  EXPECT_EQ(Kept(" \n { \"metadata\" : { \"a\" : 1 , \"managedFields\" : [ 1 ] \n } \r\n } \n "),
            R"({ "metadata" : { "a" : 1 }    })");
  EXPECT_EQ(Kept("{\"metadata\":{ \"managedFields\" : {} , \"a\":\n1}}"),
            R"({"metadata":{  "a": 1}})");
}

TEST(EventText, TheTextIsKeptByteForByte) {
  const char* text = R"({"z":1.0,"a":[ ],"message":"\u00e9é \/ \u0000 \ud83d\ude00 <&>","n":1e2})";
  EXPECT_EQ(Kept(text), text);
}

TEST(EventText, ListItemsKeepAKindTheyHave) {
  const char* body =
      R"({"items":[{},{"kind":"Event"},{"apiVersion":"v1","a":1},
          {"a":1,"kind":"K","apiVersion":"V"},{ "b":2},
          null,3,{"metadata":{"managedFields":[]}}]})";
  EXPECT_THAT(KeptItems(body),
              testing::ElementsAre(R"({"kind":"Event","apiVersion":"v1"})",
                                   R"({"apiVersion":"v1","kind":"Event"})",
                                   R"({"kind":"Event","apiVersion":"v1","a":1})",
                                   R"({"a":1,"kind":"K","apiVersion":"V"})",
                                   R"({"kind":"Event","apiVersion":"v1", "b":2})",
                                   R"({"kind":"Event","apiVersion":"v1","metadata":{}})"));
}

}  // namespace
}  // namespace eventer
