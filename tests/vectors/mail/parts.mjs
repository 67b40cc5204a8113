// parts.mjs - the parts of mails as mailparser and postal-mime see them
//
// SPDX-License-Identifier: BSD-3-Clause
//
// Files are arguments. A line of JSON for each: of each parser a list of
// [type, name, octets in base64], or why it refused the mail; and its subject.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const modules = process.env.NODE_PATH;
const require = createRequire(path.join(modules, 'x.js'));
const { MailParser } = require('mailparser');
const iconv = require('iconv-lite');
const postal = path.join(modules, 'postal-mime/src/postal-mime.js');
const PostalMime = (await import(postal)).default;

function utf8(octets, charset) {
	const known = charset && iconv.encodingExists(charset);
	return Buffer.from(iconv.decode(octets, known ? charset : 'utf-8'));
}

// Every node, with what its decoder gives out.
class Watched extends MailParser {
	nodes = [];

	createNode(data) {
		const node = super.createNode(data);
		const decoder = node.decoder;

		this.nodes.push({ data, node });
		if (decoder) {
			const push = decoder.push;

			node.octets = [];
			decoder.push = (chunk, coding) => {
				if (chunk)
					node.octets.push(Buffer.from(chunk, coding));
				return push.call(decoder, chunk, coding);
			};
		}
		return node;
	}
}

function of_mailparser(mail) {
	return new Promise((resolve, reject) => {
		const parser = new Watched();

		parser.on('error', reject);
		parser.on('data', (item) => {
			if (item.type !== 'attachment')
				return;
			item.content.on('end', () => item.release());
			item.content.resume();
		});
		parser.on('end', () => resolve({
			subject: parser.subject || '',
			leaves: parser.nodes.filter(({ data, node }) =>
				node.octets && !data.messageNode
			).map(({ data, node }) => {
				const octets = Buffer.concat(node.octets);

				return {
					type: node.contentType || 'text/plain',
					name: data.filename || '',
					octets,
					text: utf8(octets, node.charset),
				};
			}),
		}));
		parser.end(mail);
	});
}

function leaf_of_postal(node, attachments) {
	const asked = node.contentDisposition.parsed.params.filename ||
		node.contentType.parsed.params.name || '';
	const found = attachments.find((a) => a.content === node.content);

	return {
		type: node.contentType.parsed.value,
		name: found ? found.filename || '' : asked,
		octets: Buffer.from(node.content || []),
		text: Buffer.from(node.getTextContent()),
	};
}

async function of_postal(mail) {
	const parser = new PostalMime({ forceRfc822Attachments: true });
	const { subject, attachments } = await parser.parse(mail);
	const waiting = [parser.root];
	const leaves = [];

	while (waiting.length) {
		const node = waiting.shift();

		waiting.unshift(...node.childNodes);
		if (!node.contentType.multipart)
			leaves.push(leaf_of_postal(node, attachments));
	}
	return { subject: subject || '', leaves };
}

// The parts, and in place of a mail those of it.
async function parts(parse, mail) {
	const { subject, leaves } = await parse(mail);
	const found = [];

	for (const { type, name, octets, text } of leaves) {
		if (type === 'message/rfc822')
			found.push(...(await parts(parse, octets)).parts);
		else
			found.push([type, name, (type.startsWith('text/') ?
				text : octets).toString('base64')]);
	}
	return { subject, parts: found };
}

async function attempt(parse, mail) {
	try {
		return await parts(parse, mail);
	} catch (error) {
		return { error: String(error) };
	}
}

for (const file of process.argv.slice(2)) {
	const mail = fs.readFileSync(file);

	console.log(JSON.stringify({
		mailparser: await attempt(of_mailparser, mail),
		postal: await attempt(of_postal, mail),
	}));
}
