// Who may call the Admin API: the fixed token, and tokens from client credentials that live 24 h of the shop's clock.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { TOKEN_LIFE_S } from './assumptions.js';
import { SCOPES } from './resolvers/shop.js';

export class Tokens {
    constructor(world) {
        this.world = world;
    }

    get credentials() {
        return this.world.meta.get('credentials');
    }

    /** @param {string | undefined} token */
    accepts(token) {
        if (!token) return false;
        if (same(token, this.credentials.token)) return !this.fixedRevoked();
        const known = this.world.tokens.get(token);
        return known !== undefined && !known.revoked && this.world.now() < known.expires;
    }

    /** A revoked fixed token comes back when the fault ends; with a count or a rate single calls are hit instead. */
    fixedRevoked() {
        const fault = this.world.meta.get('faults').active.token_revoked;
        return fault !== undefined && fault.count === null && fault.rate === null;
    }

    revokeAll() {
        for (const [token, known] of this.world.tokens) {
            known.revoked = true;
            this.world.touch('tokens', token);
        }
    }

    /** The token endpoint: status and body. @param {URLSearchParams | Record<string, string>} form */
    grant(form) {
        const get = (name) => (form instanceof URLSearchParams ? form.get(name) : form[name]) ?? '';
        if (get('grant_type') !== 'client_credentials')
            return {
                status: 400,
                body: {
                    error: 'unsupported_grant_type',
                    error_description: 'The sandbox grants client_credentials only',
                },
            };
        if (!same(get('client_id'), this.credentials.client_id) || !same(get('client_secret'), this.credentials.secret))
            return {
                status: 400,
                body: { error: 'invalid_client', error_description: 'Client id or secret is wrong' },
            };
        const token = 'shpat_' + randomBytes(16).toString('hex');
        this.world.put('tokens', token, { expires: this.world.now() + TOKEN_LIFE_S * 1000, revoked: false });
        return { status: 200, body: { access_token: token, scope: SCOPES.join(','), expires_in: TOKEN_LIFE_S } };
    }
}

function same(a, b) {
    const [one, two] = [Buffer.from(String(a)), Buffer.from(String(b))];
    return one.length === two.length && timingSafeEqual(one, two);
}
