// nodemailer_send.js - send messages as test_clients_nodemailer wants
//
// SPDX-License-Identifier: BSD-3-Clause
//
// node nodemailer_send.js JSON     transport: options of the transport;
//                                  messages: [{envelope, path, dsn}]
// prints a JSON object for each message: its response, or why not
"use strict";
const fs = require("fs");
const nodemailer = require("nodemailer");

const order = JSON.parse(process.argv[2]);
const transport = nodemailer.createTransport(order.transport);

async function send(message) {
	try {
		const info = await transport.sendMail({
			envelope: message.envelope,
			dsn: message.dsn,
			raw: fs.readFileSync(message.path),
		});
		return { response: info.response, accepted: info.accepted };
	} catch (error) {
		return { code: error.code, response: error.response,
			message: error.message };
	}
}

(async () => {
	const results = await Promise.all(order.messages.map(send));
	for (const result of results)
		console.log(JSON.stringify(result));
	transport.close();
})();
