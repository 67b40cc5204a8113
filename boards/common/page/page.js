// page.js - what the server says, on the page, as text and never as markup
//
// SPDX-License-Identifier: BSD-3-Clause
"use strict";

const EVERY_MS = 2000;
const cards = new Map();

function row(cells, kind) {
	const tr = document.createElement("tr");

	for (const cell of cells) {
		const td = document.createElement(kind || "td");
		td.textContent = cell === null ? "" : String(cell);
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

// ---- alerts ----

function add(to, name, text, kind) {
	const e = document.createElement(name);

	e.textContent = text;
	e.className = kind || "";
	if (text)
		to.append(e);
}

function when(a) {
	if (a.time !== null)
		return new Date(a.time * 1000).toLocaleString();
	return `${Math.round(a.uptime_ms / 1000)} s after the start`;
}

function picture(a) {
	const img = document.createElement("img");

	img.alt = a.picture.name || "picture";
	img.src = `/picture/${a.picture.id}`;
	img.addEventListener("error", () => img.remove());
	return img;
}

function card(a, kept) {
	const li = document.createElement("li");
	const div = document.createElement("div");

	li.className = a.state;
	if (a.picture && kept.has(a.picture.id))
		li.append(picture(a));
	add(div, "b", a.subject || a.event || "(no subject)");
	add(div, "p", [a.device, a.channel, a.event, a.state]
		.filter((x) => x).join(" \u00b7 "));
	add(div, "p", a.text, "text");
	add(div, "small", [when(a), a.from, a.user, a.peer,
		a.picture && a.picture.name].filter((x) => x).join(" \u00b7 "));
	li.append(div);
	return li;
}

// A card stays as it is, so that its picture is not loaded again.
function showAlerts(all) {
	const kept = new Set(all.pictures);
	const shown = new Map();

	for (const a of all.alerts) {
		const key = `${a.id} ${a.uptime_ms}`;
		shown.set(key, cards.get(key) || card(a, kept));
	}
	cards.clear();
	shown.forEach((li, key) => cards.set(key, li));
	document.getElementById("alerts").replaceChildren(...(shown.size ?
		shown.values() : ["Nothing yet."]));
}

// The newest alert of each channel; those that go on stand first.
function showChannels(all) {
	const last = new Map();

	for (const a of all.alerts) {
		const key = JSON.stringify([a.peer, a.device, a.channel]);
		if (!last.has(key))
			last.set(key, a);
	}
	table("channels", ["device", "channel", "state", "event", "since"],
		[...last.values()]
			.sort((a, b) => (b.state === "start") - (a.state === "start"))
			.map((a) => [a.device || a.from || a.peer, a.channel,
				a.state, a.event, when(a)]));
}

let loading = false, again = false;

async function load() {
	again = true;
	if (loading)
		return;
	loading = true;
	try {
		while (again) {
			again = false;
			const reply = await fetch("/alerts.json");
			if (!reply.ok)
				throw new Error(String(reply.status));
			const all = await reply.json();
			showAlerts(all);
			showChannels(all);
		}
	} catch (why) {
		setTimeout(load, EVERY_MS);
	}
	loading = false;
}

// A browser does not come back by itself after a refusal.
function listen() {
	const events = new EventSource("/events");

	events.addEventListener("message", load);
	events.addEventListener("error", () => {
		if (events.readyState !== EventSource.CLOSED)
			return;
		load();
		setTimeout(listen, EVERY_MS);
	});
}

listen();
poll();
