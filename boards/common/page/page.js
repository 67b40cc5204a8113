// page.js - what the server says, on the page, as text and never as markup
//
// SPDX-License-Identifier: BSD-3-Clause
"use strict";

const EVERY_MS = 500;

function row(cells, kind) {
	const tr = document.createElement("tr");

	for (const cell of cells) {
		const td = document.createElement(kind || "td");
		td.textContent = String(cell);
		tr.append(td);
	}
	return tr;
}

function table(id, head, rows) {
	document.getElementById(id).replaceChildren(
		row(head, "th"), ...rows.map((cells) => row(cells)));
}

function quirk(q) {
	const li = document.createElement("li");
	const b = document.createElement("b");

	b.textContent = `${q.peer}: ${q.quirk}, ${q.count} times`;
	li.append(b, q.advice);
	return li;
}

function show(s) {
	const quirks = s.quirks.map(quirk);

	table("ports", ["server", "port", "what", "encryption and login"],
		s.ports.map((p) => [location.hostname, p.port, p.name, p.rules]));
	if (!quirks.length)
		quirks.push("Nothing yet.");
	document.getElementById("quirks").replaceChildren(...quirks);
	table("peers", ["address", "seen", "mail taken", "failed handshakes"],
		s.peers.map((p) => [p.peer, `${p.seen_s} s ago`,
			p.delivered ? "yes" : "no", p.tls_failures]));
	table("unit", ["what", "value"], Object.entries(s.unit));
	table("pools", ["pool", "now", "most", "of"],
		s.pools.map((p) => [p.name, p.used, p.high, p.total]));
}

function say(text, gone) {
	document.getElementById("state").textContent = text;
	document.body.classList.toggle("gone", gone);
}

async function poll() {
	try {
		const reply = await fetch("/status.json", { cache: "no-store" });

		if (reply.status === 401)
			return say("wrong password: load the page again", true);
		if (!reply.ok)
			throw new Error(String(reply.status));
		show(await reply.json());
		say("live", false);
	} catch (why) {
		say("no answer", true);
	}
	setTimeout(poll, EVERY_MS);
}

poll();
