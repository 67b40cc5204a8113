// page_browser.js - the page in headless Chromium, while mail comes
//
// SPDX-License-Identifier: BSD-3-Clause
//
// node page_browser.js JSON    url, password of the page; smtp, the port of
//                              127.0.0.1; shots, a folder for pictures of it;
//                              pages: so many at once
// prints a line for each case
"use strict";
const { execFileSync } = require("child_process");
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");

const order = JSON.parse(process.argv[2]);
const WAIT_MS = 60000;
const HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>";
const jpeg = path.join(order.shots, "door.jpg");
let failed = 0;

function check(condition, what) {
	if (!condition)
		throw new Error(what);
}

async function run(name, body) {
	try {
		await body();
		console.log(`ok ${name}`);
	} catch (why) {
		failed = 1;
		console.log(`not ok ${name}: ${String(why.message).split("\n")[0]}`);
		console.log(why.stack);
	}
}

// Answered 250 when it returns.
function send(subject, name) {
	execFileSync("swaks", ["--server", "127.0.0.1",
		"--port", String(order.smtp), "--from", "cam@example.org",
		"--to", "you@example.org", "--header", `Subject: ${subject}`,
		"--body", "Camera: front", "--attach-type", "image/jpeg",
		"--attach-name", name, "--attach", `@${jpeg}`]);
}

async function open(browser, password, more) {
	const context = await browser.newContext({
		httpCredentials: { username: "me", password },
		ignoreHTTPSErrors: true, ...more });
	const page = await context.newPage();

	page.setDefaultTimeout(WAIT_MS);
	page.faults = [];
	page.on("pageerror", (e) => page.faults.push(e.message));
	page.on("dialog", (d) => {
		page.faults.push(`dialog ${d.message()}`);
		d.dismiss();
	});
	page.on("console", (m) => m.type() === "error" &&
		page.faults.push(m.text()));
	page.answer = await page.goto(order.url);
	return page;
}

// A picture that a camera could have made.
async function makeJpeg(browser) {
	const page = await browser.newPage();
	const data = await page.evaluate(() => {
		const c = document.createElement("canvas");
		c.width = 640;
		c.height = 360;
		const g = c.getContext("2d");
		g.fillStyle = "#68a";
		g.fillRect(0, 0, 640, 360);
		g.fillStyle = "#fff";
		g.font = "48px sans-serif";
		g.fillText("front door", 180, 190);
		return c.toDataURL("image/jpeg");
	});

	fs.writeFileSync(jpeg, Buffer.from(data.split(",")[1], "base64"));
	await page.close();
}

function shown(page, subject) {
	return page.waitForFunction((text) => {
		const li = [...document.querySelectorAll("#alerts li")].find(
			(e) => e.querySelector("b").textContent === text);
		const img = li && li.querySelector("img");
		return img && img.complete && img.naturalWidth === 640;
	}, subject);
}

async function wrongPassword(browser) {
	const page = await open(browser, "wrong");

	check(page.answer.status() === 401, page.answer.status());
	check((await page.textContent("body")).trim() === "Unauthorized",
		"something else is shown");
	await page.context().close();
}

async function appears(page) {
	await page.evaluate(() => { window.stayed = true; });
	await page.waitForFunction(() => document.getElementById("state")
		.textContent === "live");
	for (let n = 0; n < 3; n++) {
		send(`Motion ${n}`, "door.jpg");
		const from = Date.now();
		await shown(page, `Motion ${n}`);
		console.log(`# shown ${Date.now() - from} ms after swaks ended`);
	}
	check(await page.evaluate(() => window.stayed), "it was loaded again");
}

async function hostile(page) {
	send(HOSTILE, `${HOSTILE}.jpg`);
	await shown(page, HOSTILE);
	check(await page.locator("main script, main [onerror]").count() === 0,
		"markup");
	const first = page.locator("#alerts li").first();
	check((await first.textContent()).includes("<script>alert(2)"),
		"the name of the file");
	check(!page.faults.length, page.faults.join("; "));
}

// The front camera has sent many mails, and has one line.
async function states(page) {
	const rows = page.locator("#channels tr", { hasText: "front" });

	await rows.first().waitFor();
	check(await rows.count() === 1, `${await rows.count()} lines`);
	send("Motion ended", "door.jpg");
	await rows.filter({ hasText: "end" }).waitFor();
	check(await rows.count() === 1, `${await rows.count()} lines`);
}

async function looks(page) {
	const colors = [];

	for (const [name, scheme, width] of [["light", "light", 1280],
		["dark", "dark", 1280], ["phone", "light", 360]]) {
		await page.setViewportSize({ width, height: 800 });
		await page.emulateMedia({ colorScheme: scheme });
		await page.screenshot({ fullPage: true,
			path: path.join(order.shots, `${name}.png`) });
		const seen = await page.evaluate(() => [
			document.documentElement.scrollWidth, innerWidth,
			getComputedStyle(document.querySelector("li"))
				.backgroundColor]);
		check(seen[0] <= seen[1], `${name}: ${seen[0]} of ${seen[1]} wide`);
		colors.push(seen[2]);
	}
	check(colors[0] !== colors[1], "dark is as light");
}

async function manyPages(browser) {
	const pages = [];

	for (let n = 0; n < order.pages; n++)
		pages.push(await open(browser, order.password));
	send("To all", "door.jpg");
	for (const page of pages)
		await shown(page, "To all");
	for (const page of pages)
		await page.context().close();
}

(async () => {
	const browser = await chromium.launch({
		executablePath: "/usr/bin/chromium" });

	await makeJpeg(browser);
	await run("wrong_password_sees_nothing", () => wrongPassword(browser));
	const page = await open(browser, order.password);
	await run("mail_appears_with_its_picture", () => appears(page));
	await run("hostile_text_is_text", () => hostile(page));
	await run("a_channel_has_one_state", () => states(page));
	await run("light_dark_and_phone", () => looks(page));
	await page.context().close();
	await run("pages_at_once", () => manyPages(browser));
	await browser.close();
	process.exit(failed);
})();
