import { api } from 'lwc';
import SetupElement from 'setup/element';
import { label, lookIsAtLeast } from 'setup/config';

const IP_RELAXATION = ['Enforce', 'Enforce_RelaxRefresh', 'Bypass_2factor', 'Bypass'];
const REFRESH = ['Infinite', 'Zero', 'SpecificLifetime', 'SpecificInactivity'];
const UNITS = ['Hours', 'Days', 'Months'];

function options(group, values) {
    return values.map((value) => ({ value, label: label(`${group}.${value}`) }));
}

/** The cards of the section OAuth Policies. evidence: setup-ui 5.2. */
export default class OauthPolicies extends SetupElement {
    @api app;
    @api editing = false;

    get policies() {
        return this.app.policies;
    }

    get disabled() {
        return !this.editing;
    }

    get permittedUsers() {
        return options('permitted', ['AllSelfAuthorized', 'AdminApprovedPreAuthorized']);
    }

    // guess: the order of the four (setup-ui 15, question 15).
    get ipRelaxations() {
        return options('ip', IP_RELAXATION);
    }

    get units() {
        return options('unit', UNITS);
    }

    // evidence: from Summer '26 on, `valid until revoked` is gone and the legend names the enforced limit (LUSI).
    get refreshPolicies() {
        return options('refresh', lookIsAtLeast('summer26') ? REFRESH.slice(1) : REFRESH);
    }

    get refreshLegend() {
        return label(lookIsAtLeast('summer26') ? 'policies.refreshEnforced' : 'policies.refresh');
    }

    get refreshHelp() {
        return lookIsAtLeast('summer26') ? label('policies.refreshHelp') : undefined;
    }

    // evidence: with help, its icon is beside the legend (summer26-policies-edit-run-as), or on the next line where that is
    // as wide as its column (summer26-policies-view).
    get refreshVariant() {
        return this.refreshHelp ? 'label-hidden' : 'standard';
    }

    get hasPeriod() {
        return ['SpecificLifetime', 'SpecificInactivity'].includes(this.policies.refreshTokenPolicy);
    }

    get flowsOn() {
        return this.app.oauth.flows.clientCredentials;
    }

    get namedUserJwt() {
        return this.app.oauth.security.namedUserJwt || this.knobs.jwt_settings === 'always';
    }

    // evidence: Summer '25 a combobox in this card (TURBO); Summer '26 radio buttons in App Authorization, in place of
    // `Session Timeout In Minutes` (update 2.1). guess: only where JWT tokens are on (variant jwt_settings).
    get hasTokenTimeout() {
        return this.namedUserJwt && !lookIsAtLeast('summer26');
    }

    get hasJwtRadio() {
        return this.namedUserJwt && lookIsAtLeast('summer26');
    }

    get jwtTimeouts() {
        return options('jwt', ['UserDefault', 'AppSpecific']);
    }

    get hasNothing() {
        return !this.flowsOn && !this.hasTokenTimeout;
    }

    // evidence: the tick stays disabled until the enablement in Settings has propagated (TOOLING).
    get tickDisabled() {
        return this.policies.clientCredentialsAvailable === false;
    }

    // evidence: Run As is there only once the flow is ticked.
    get showsRunAs() {
        return this.policies.clientCredentialsEnabled;
    }

    get isLookup() {
        return this.editing && this.knobs.run_as_widget === 'lookup';
    }

    // evidence: a plain box with this placeholder (update 1.5). guess: type=email; variant run_as_widget=text is plain.
    get runAsKind() {
        return this.knobs.run_as_widget === 'email' ? 'email' : 'text';
    }

    get runAsPlaceholder() {
        return this.knobs.run_as_widget === 'email' ? label('create.emailPlaceholder') : undefined;
    }

    get timeout() {
        return this.policies.sessionTimeoutMinutes === null ? '' : String(this.policies.sessionTimeoutMinutes ?? '');
    }

    get period() {
        return String(this.policies.refreshValidityPeriod ?? '');
    }

    get timeouts() {
        return [{ value: '30', label: label('policies.minutes30') }];
    }

    handleNumber(event) {
        const { path, value } = event.detail;
        if (!['policies.sessionTimeoutMinutes', 'policies.refreshValidityPeriod'].includes(path) || typeof value !== 'string') return;
        event.stopPropagation();
        this.announce(path, /^\d+$/.test(value) ? Number(value) : value || null);
    }

    handleRefresh(event) {
        event.stopPropagation();
        this.announce('policies.refreshTokenPolicy', event.detail.value);
    }

    handleJwt(event) {
        event.stopPropagation();
        this.announce('policies.jwtTimeout', event.detail.value);
    }

    handleNowhere(event) {
        event.preventDefault();
    }

    announce(path, value) {
        this.dispatchEvent(new CustomEvent('fieldchange', { detail: { path, value }, bubbles: true, composed: true }));
    }

    @api fields() {
        return this.all('setup-field, setup-user-lookup');
    }

    @api reportValidity() {
        return this.fields().map((field) => field.reportValidity()).every(Boolean);
    }
}
