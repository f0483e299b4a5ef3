// node sandbox/main.js [--port N] [--data DIR] [--quiet]: the stand-in shop, until it is told to stop.
import { parseArgs } from 'node:util';
import { serve } from './server.js';

const USAGE = 'usage: node sandbox/main.js [--port N] [--data DIR] [--quiet]';

function options() {
    try {
        const { values } = parseArgs({
            options: {
                port: { type: 'string', default: '0' },
                data: { type: 'string' },
                quiet: { type: 'boolean', default: false },
                help: { type: 'boolean' },
            },
        });
        if (values.help) {
            process.stdout.write(USAGE + '\n');
            process.exit(0);
        }
        const port = Number(values.port);
        if (!Number.isInteger(port) || port < 0 || port > 65_535)
            throw new Error(`--port ${values.port}: a number from 0 to 65535 is needed`);
        return { port, data: values.data ?? null, quiet: values.quiet };
    } catch (error) {
        process.stderr.write(`sandbox: ${error.message}\n${USAGE}\n`);
        return process.exit(2);
    }
}

const { port, data, quiet } = options();
try {
    const running = await serve({ port, data, log: quiet ? () => {} : (line) => process.stderr.write(line + '\n') });
    process.stdout.write(JSON.stringify(running.ready) + '\n');
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => running.close().then(() => process.exit(0)));
} catch (error) {
    const why =
        error.code === 'EADDRINUSE'
            ? `port ${port} is in use; choose another with --port, or --port 0 for a free one`
            : error.message.replace(/^sandbox: /, '');
    process.stderr.write(`sandbox: ${why}\n`);
    process.exit(3);
}
