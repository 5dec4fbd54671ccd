// printf: verbs, flags, width, precision, argument numbers, and what it says of mistakes.
#include <gtest/gtest.h>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TEST(TemplatePrintfTest, Texts) {
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%s|%v|%q|%x|%X|%5s|%-5s|%.2s|%6.3q|%05s" "ab" "ab" "ab" "ab" "ab" "ab" "ab" "abc" "abcde" "ab"}})"),
      R"(ab|ab|"ab"|6162|6162|   ab|ab   |ab| "abc"|000ab)");
  EXPECT_EQ(RenderPlain("{{printf \"% x|%#x|%# X|%.1x|%+q|%#q|%#q\" \"ab\" \"ab\" \"ab\" \"ab\" "
                        "\"\u00E9\u263A\" \"ab\" \"a`b\"}}"),
            R"(61 62|0x6162|0X61 0X62|61|"\u00e9\u263a"|`ab`|"a`b")");
  EXPECT_EQ(RenderPlain(R"({{printf "%q" "\a\b\f\n\r\t\v\x00\x7f\u00ad\x80\"\\'"}})"),
            R"("\a\b\f\n\r\t\v\x00\x7f\u00ad\x80\"\\'")");
}

TEST(TemplatePrintfTest, Integers) {
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%d|%v|%5d|%-5d|%05d|%+d|% d|%.3d|%8.3d|%+05d|%.0d|%x|%X|%#x|%o|%#o|%O|%b|%#b" 42 42 42 42 42 42 42 7 7 7 0 255 255 255 8 8 8 5 5}})"),
      "42|42|   42|42   |00042|+42| 42|007|     007|+0007||ff|FF|0xff|10|010|0o10|101|0b101");
  EXPECT_EQ(RenderPlain(R"({{printf "%d|%05d|%x|% d|%+d" -42 -42 -42 -42 -42}})"),
            "-42|-0042|-2a|-42|-42");
}

TEST(TemplatePrintfTest, CharactersAndCodePoints) {
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%c|%5c|%-5c|%q|%+q|%U|%#U|%08U|%#.6U|%c" 65 65 65 0x263A 0x263A 0x263A 0x263A 65 65 -1}})"),
      "A|    A|A    |'\u263A'|'\\u263a'|U+263A|U+263A '\u263A'|  U+0041|U+000041 'A'|\uFFFD");
}

TEST(TemplatePrintfTest, Floats) {
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%v|%g|%G|%e|%E|%f|%F|%.2f|%8.2f|%-8.2f|%08.2f|%+.1f|% .1f|%.3g|%#g|%#.3g|%.0f" 1.5 1e-10 1e-10 1234.5678 1234.5678 1.5 1.5 1.256 1.5 1.5 -1.5 1.5 1.5 1234567.0 1.0 1.0 2.5}})"),
      "1.5|1e-10|1E-10|1.234568e+03|1.234568E+03|1.500000|1.500000|1.26|    1.50|1.50    "
      "|-0001.50|+1.5| 1.5|1.23e+06|1.00000|1.00|2");
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%x|%X|%.2x|%b|%v|%v|%v|%v|%v" 1.5 1.5 1.999 1.5 1e6 100000.0 1e21 1e-5 0.0001}})"),
      "0x1.8p+00|0X1.8P+00|0x1.00p+01|6755399441055744p-52|1e+06|100000|1e+21|1e-05|0.0001");
}

TEST(TemplatePrintfTest, ComplexNumbers) {
  EXPECT_EQ(RenderPlain(R"({{printf "%v|%.2f|%8.1f|%g" 1+2i 1.5i 2i 1e10i}})"),
            "(1+2i)|(0.00+1.50i)|(     0.0    +2.0i)|(0+1e+10i)");
}

TEST(TemplatePrintfTest, Booleans) {
  EXPECT_EQ(RenderPlain(R"({{printf "%t|%v|%6t|%-6t|" true false true false}})"),
            "true|false|  true|false |");
}

TEST(TemplatePrintfTest, TypesAreNamed) {
  EXPECT_EQ(
      RenderPlain(R"({{printf "%T %T %T %T %T %T %T %T" 1 "a" 1.5 true nil 1i .UID .Count}})"),
      "int string float64 bool <nil> complex128 types.UID int32");
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%T %T %T %T %T %T %T" . .Labels .Series .LastTimestamp .EventTime .Finalizers .InvolvedObject}})"),
      "*v1.Event map[string]string *v1.EventSeries v1.Time v1.MicroTime []string "
      "v1.ObjectReference");
}

TEST(TemplatePrintfTest, CompoundsByTheirParts) {
  EXPECT_EQ(
      RenderRich(R"({{printf "%v|%+v|%#v" .Source .Source .Source}})"),
      R"({kubelet worker-1}|{Component:kubelet Host:worker-1}|v1.EventSource{Component:"kubelet", Host:"worker-1"})");
  EXPECT_EQ(
      RenderRich(R"({{printf "%v|%q|%#v|%s" .Labels .Labels .Labels .Labels}})"),
      R"(map[app:cart tier:web]|map["app":"cart" "tier":"web"]|map[string]string{"app":"cart", "tier":"web"}|map[app:cart tier:web])");
  EXPECT_EQ(
      RenderRich(
          R"({{printf "%v|%q|%#v|%x|%5s" .Finalizers .Finalizers .Finalizers .Finalizers .Finalizers}})"),
      R"([one two]|["one" "two"]|[]string{"one", "two"}|[6f6e65 74776f]|[  one   two])");
  EXPECT_EQ(RenderPlain(R"({{printf "%v %#v %v %#v" .Labels .Labels .Finalizers .Finalizers}})"),
            "map[] map[string]string(nil) [] []string(nil)");
  EXPECT_EQ(RenderPlain(R"({{printf "%d" .Source}})"),
            "{%!d(string=deployment-controller) %!d(string=)}");
}

TEST(TemplatePrintfTest, GoSyntax) {
  EXPECT_EQ(RenderPlain(R"({{printf "%#v|%#v|%#v|%#v|%#v|%#v" 1 "a" 1.5 true nil .UID}})"),
            R"(1|"a"|1.5|true|<nil>|"b871719f")");
  EXPECT_EQ(RenderPlain(R"({{printf "%#v" .Series}})"), "(*v1.EventSeries)(nil)");
}

TEST(TemplatePrintfTest, StarsTakeArguments) {
  EXPECT_EQ(RenderPlain(R"({{printf "%*d|%-*d|%.*f|%*.*f|%*d" 5 1 5 1 2 1.256 8 3 1.5 -5 1}}|)"),
            "    1|1    |1.26|   1.500|1    |");
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%*d" "x" 1}} {{printf "%.*d" "x" 1}} {{printf "%*d" 10000000 1}} {{printf "%.*d" -3 7}})"),
      "%!(BADWIDTH)1 %!(BADPREC)1 %!(BADWIDTH)1 %!(BADPREC)7");
}

TEST(TemplatePrintfTest, ArgumentNumbers) {
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%[2]d %[1]d" 1 2}} {{printf "%[1]d %d %[1]d" 1 2}} {{printf "%[2]*[1]d" 5 6}} {{printf "%[3]*.[2]*[1]f" 12.0 2 6}})"),
      "2 1 1 2 1      5  12.00");
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%[5]d" 1}} {{printf "%[x]d" 1}} {{printf "%[1" 1}} {{printf "%[]d" 1}} {{printf "%[1]2d" 1}} {{printf "%[1].2f" 1.5}} {{printf "%[-1]d" 1}})"),
      "%!d(BADINDEX) %!d(BADINDEX) %!(NOVERB) %!d(BADINDEX) %!d(BADINDEX) %!f(BADINDEX) "
      "%!d(BADINDEX)");
}

TEST(TemplatePrintfTest, WrongVerbs) {
  EXPECT_EQ(RenderPlain(
                "{{printf \"%d\" \"hi\"}} {{printf \"%s\" 1}} {{printf \"%z\" 1}} {{printf \"%!\" "
                "1}} {{printf \"%t\" 1}} {{printf \"%d\" nil}} {{printf \"%w\" \"x\"}} {{printf "
                "\"%d\" 1.5}} {{printf \"%c\" true}} {{printf \"%p\" 1}} {{printf \"%\u00E9\" 1}}"),
            "%!d(string=hi) %!s(int=1) %!z(int=1) %!!(int=1) %!t(int=1) %!d(<nil>) %!w(string=x) "
            "%!d(float64=1.5) %!c(bool=true) %!p(int=1) %!\u00E9(int=1)");
}

TEST(TemplatePrintfTest, MissingAndExtraArguments) {
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%s"}} {{printf "%d %d" 1}} {{printf "x" 1 "a" nil}} {{printf "%"}} {{printf "%5"}} {{printf "%%|%5%|%d" 1}})"),
      "%!s(MISSING) 1 %!d(MISSING) x%!(EXTRA int=1, string=a, <nil>) %!(NOVERB) %!(NOVERB) %|%|1");
}

TEST(TemplatePrintfTest, NilPrints) {
  EXPECT_EQ(RenderPlain(R"({{printf "%v|%5v|%s|%v|%v" nil nil nil .Series .DeletionTimestamp}})"),
            "<nil>|<nil>|%!s(<nil>)|nil|<nil>");
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%d|%v|%p|%#v" .DeletionGracePeriodSeconds .DeletionGracePeriodSeconds .DeletionGracePeriodSeconds .DeletionGracePeriodSeconds}})"),
      "0|<nil>|0x0|(*int64)(nil)");
}

TEST(TemplatePrintfTest, Bytes) {
  EXPECT_EQ(
      RenderPlain(
          R"({{printf "%s|%v|%x|%q|%d" .LastTimestamp.MarshalJSON .EventTime.MarshalJSON .EventTime.MarshalJSON .EventTime.MarshalJSON .EventTime.MarshalJSON}})"),
      R"("2026-11-23T04:31:37Z"|[110 117 108 108]|6e756c6c|"null"|[110 117 108 108])");
}

}  // namespace
}  // namespace eventer
