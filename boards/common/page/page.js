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

function octets(n) {
	const units = ["", " KB", " MB", " GB"];
	let i = 0;

	for (; n >= 10240 && i < units.length - 1; i++)
		n /= 1024;
	return `${Math.round(n)}${units[i]}`;
}

function span(s) {
	const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
	const [n, unit] = parts.find(([n]) => s >= n) || parts[3];

	return s === null ? "" : `${Math.floor(s / n)} ${unit}`;
}

function memory(used, size) {
	return used === null ? "" :
		octets(used) + (size === null ? "" : ` of ${octets(size)}`);
}

// What a device is told: where this unit is, as far as it knows.
function servers(s) {
	const names = s.addresses.slice();

	if (s.unit.local_name)
		names.push(`${s.unit.local_name}.local`);
	return names.length ? names.join(", ") : location.hostname;
}

function settings(s) {
	const to = s.recipients.concat(s.domains.map((d) => `anybody@${d}`));

	table("ports", ["port", "encryption", "login", "what"],
		s.ports.map((p) => [p.port, p.encryption, p.login, p.name]));
	document.getElementById("envelope").textContent =
		`Server: ${servers(s)}. Sender: any address. ` +
		`Recipient: ${to.length ? to.join(", ") : "any address"}.`;
}

function unit(u) {
	table("unit", ["what", "value"], [
		["name", u.name], ["running for", span(u.uptime_ms / 1000)],
		["lwsmtpd", u.version], ["lwIP", u.lwip], ["wolfSSL", u.wolfssl],
		["flash", memory(u.flash_used, u.flash_size)],
		["RAM", memory(u.ram_used, u.ram_size)],
		["RAM of a session", octets(u.session_octets)],
	].filter((row) => row[1]));
}

function show(s) {
	const quirks = s.quirks.map(quirk);

	settings(s);
	if (!quirks.length)
		quirks.push("Nothing yet.");
	document.getElementById("quirks").replaceChildren(...quirks);
	table("sessions", ["address", "port", "state", "for", "TLS", "mails"],
		s.sessions.length ? s.sessions.map((x) => [x.peer, x.listener,
			x.state, span(x.since_s), x.tls, x.messages]) :
			[["Nobody."]]);
	table("peers", ["address", "seen", "mail taken", "failed handshakes"],
		s.peers.map((p) => [p.peer, `${span(p.seen_s)} ago`,
			p.delivered ? "yes" : "no", p.tls_failures]));
	table("counters", ["what", "how often"], Object.entries(s.counters)
		.map(([name, n]) => [name.replaceAll("_", " "), n]));
	unit(s.unit);
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

// The server answers few at once: what it refuses is asked for again.
function picture(a) {
	const img = document.createElement("img");
	const path = `/picture/${a.picture.id}`;
	let tries = 5;

	img.alt = a.picture.name || "picture";
	img.src = path;
	img.addEventListener("error", () => {
		if (!tries--)
			return img.remove();
		setTimeout(() => { img.src = `${path}?${tries}`; }, EVERY_MS);
	});
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
