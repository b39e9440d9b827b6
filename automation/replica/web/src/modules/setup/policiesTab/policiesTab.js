import EditTab from 'setup/editTab';
import { call } from 'setup/api';
import { label } from 'setup/config';
import { confirmTick } from 'setup/dialogs';
import { withValue } from 'setup/draft';

const TICK = 'policies.clientCredentialsEnabled';

/** The tab Policies. evidence: setup-ui section 5. */
export default class PoliciesTab extends EditTab {
    permission = 'policies';

    get policies() {
        return this.draft.policies;
    }

    get startPages() {
        return ['None', 'Custom', 'OAuth'].map((value) => ({ value, label: label(`startPage.${value}`) }));
    }

    handleEdit() {
        super.handleEdit();
        if (this.knobs.policies_open_on_edit) this.template.querySelector('[data-oauth]').expand();
    }

    // The tick asks first, here too (variants cc_confirm, cc_confirm_at).
    async handleChange(event) {
        const { path, value, untick } = event.detail;
        if (path !== TICK || !value) {
            super.handleChange(event);
            return;
        }
        if (await confirmTick('policies')) {
            this.changed = true;
            this.draft = withValue(this.draft, TICK, true);
        } else untick();
    }

    parts() {
        return this.all('setup-oauth-policies');
    }

    ownFields() {
        return [...this.all('setup-field'), ...this.parts().flatMap((part) => part.fields())];
    }

    valid() {
        const own = this.all('setup-field').map((field) => field.reportValidity());
        return [...own, ...this.parts().map((part) => part.reportValidity())].every(Boolean);
    }

    save() {
        return call('savePolicies', { id: this.draft.id, policies: this.draft.policies });
    }
}
