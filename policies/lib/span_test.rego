package lib.span_test

import data.lib.span

test_spans_are_read if {
	[span.seconds(text) | some text in ["45s", "30m", "8h", "14d"]] == [45, 1800, 28800, 1209600]
	not span.seconds("a day")
	not span.seconds("1w")
	not span.seconds("1.5h")
}

test_spans_are_told if {
	[span.text(whole) | some whole in [1209600, 28800, 1800, 90]] == ["14 d", "8 h", "30 min", "1 min"]
}
