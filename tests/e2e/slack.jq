# One alert of `tiercel run --json` -> the message that a Slack channel gets for it.
# What Slack reads as a link or a mention is written so that it shows it.
def safe: gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
def field($title; $value): {title: $title, value: ($value | safe), short: ($value | length < 36)};
def short($title; $value): {title: $title, value: ($value | safe), short: true};
def color: {Emergency: "#e20b0b", Alert: "#ff5400", Critical: "#ff5400", Error: "#e20b0b",
	Warning: "#ffc700", Notice: "#5bffb5", Informational: "#68c2ff", Debug: "#ccfff2"}[.];
# 2026-01-02T03:04:05.120000000Z -> 2026-01-02 03:04:05.12 +0000 UTC
def written_out: sub("T"; " ") | sub("\\.?0*Z$"; "") + " +0000 UTC";

select(.priority | IN("Warning", "Error", "Critical", "Alert", "Emergency"))
| {
	username: "Falcosidekick",
	icon_url: "https://raw.githubusercontent.com/falcosecurity/falcosidekick/master/imgs/falcosidekick.png",
	attachments: [{
		fallback: (.output | safe),
		color: (.priority | color),
		text: (.output | safe),
		fields: ([
			short("rule"; .rule),
			short("priority"; .priority),
			short("source"; .source),
			(if .hostname then short("hostname"; .hostname) else empty end),
			(if .tags | length > 0 then field("tags"; .tags | join(", ")) else empty end)
		] + [
			.output_fields | to_entries | sort_by(.key)[] | select(.value | type == "string")
			| field(.key; .value)
		] + [{title: "time", value: (.time | written_out), short: false}]),
		footer: "https://github.com/falcosecurity/falcosidekick"
	}]
}
