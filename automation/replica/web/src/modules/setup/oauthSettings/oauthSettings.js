import { api } from 'lwc';
import { config, label, lookIsAtLeast } from 'setup/config';
import SetupElement from 'setup/element';
import { confirmTick } from 'setup/dialogs';

const FLOWS = ['clientCredentials', 'codeCredentials', 'device', 'jwtBearer', 'tokenExchange'];
const SECURITY = ['secretForWebServer', 'secretForRefreshToken', 'pkce', 'refreshTokenRotation', 'namedUserJwt'];
const SECURITY_2026 = ['idleTtl', 'ipAllowlist'];
const WITH_HELP = ['idleTtl', 'ipAllowlist'];
const FLOW_PATH = 'oauth.flows.clientCredentials';

/**
 * The cards `App Settings`, `Flow Enablement`, `Security` and, from 2026 on, the IP cards. evidence: setup-ui 3.2; help
 * icons in the Security card on the app's page (summer26-settings-view) and none on the form (spring26-create-form-flows).
 */
export default class OauthSettings extends SetupElement {
    @api app;
    @api editing = false;
    @api creating = false;

    get oauth() {
        return this.app.oauth;
    }

    get disabled() {
        return !this.editing;
    }

    get scopes() {
        return config.scopes;
    }

    get hasIpCards() {
        return lookIsAtLeast('summer26');
    }

    get isScopeText() {
        return !this.editing && this.knobs.view_mode === 'output';
    }

    get chosenScopes() {
        return this.scopes.filter((scope) => this.oauth.scopes.includes(scope.value));
    }

    get flows() {
        return FLOWS.map((name) => ({ name, path: `oauth.flows.${name}`, label: label(`flow.${name}`), value: this.oauth.flows[name] }));
    }

    get postOnly() {
        return this.oauth.flows.codeCredentials;
    }

    get flowsBefore() {
        return this.flows.slice(0, 2);
    }

    get flowsAfter() {
        return this.flows.slice(2);
    }

    get security() {
        const names = lookIsAtLeast('summer26') ? [...SECURITY, ...SECURITY_2026] : SECURITY;
        const shown = names.filter((name) => name !== 'pkce' || this.knobs.pkce !== 'absent');
        return shown.map((name) => ({
            name,
            path: `oauth.security.${name}`,
            label: label(`security.${name}`),
            value: this.oauth.security[name],
            locked: (this.oauth.locked ?? []).includes(name),
            help: !this.creating && WITH_HELP.includes(name) ? label('security.help') : undefined,
        }));
    }

    handleScopes(event) {
        this.template.querySelector('lightning-dual-listbox').setCustomValidity('');
        this.announce('oauth.scopes', event.detail.value);
    }

    announce(path, value) {
        this.dispatchEvent(new CustomEvent('fieldchange', { detail: { path, value }, bubbles: true, composed: true }));
    }

    // The tick of client credentials asks first (variants cc_confirm, cc_confirm_at).
    async handleFlow(event) {
        const { path, value, untick } = event.detail;
        if (path !== FLOW_PATH || !value) return;
        event.stopPropagation();
        if (await confirmTick('create')) this.announce(path, true);
        else untick();
    }

    @api fields() {
        return this.all('setup-field');
    }

    @api reportValidity() {
        const scopes = this.template.querySelector('lightning-dual-listbox');
        const results = this.fields().map((field) => field.reportValidity());
        return [...results, scopes ? scopes.reportValidity() : true].every(Boolean);
    }

    @api showScopesError(text) {
        const scopes = this.template.querySelector('lightning-dual-listbox');
        scopes.setCustomValidity(text);
        scopes.reportValidity();
    }
}
