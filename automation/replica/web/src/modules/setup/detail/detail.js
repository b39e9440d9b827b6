import { api } from 'lwc';
import SetupElement from 'setup/element';
import { call } from 'setup/api';
import { label } from 'setup/config';
import { ask } from 'setup/dialogs';
import { go, paths } from 'setup/router';
import { toast } from 'setup/toasts';

/** One app: header with facts, and the tabs Policies, Settings, Package Defaults. evidence: setup-ui section 4. */
export default class Detail extends SetupElement {
    @api appId;
    /** From the list's row menu: the tab to show (policies | settings) and whether to start in edit mode. */
    @api tab = 'policies';
    @api edit = false;
    app = null;
    error = '';
    loading = true;
    shownTab = 'policies';

    connectedCallback() {
        super.connectedCallback();
        this.shownTab = this.tab ?? 'policies';
        this.load();
    }

    get ready() {
        return this.app !== null;
    }

    get authorization() {
        return label(`permitted.${this.app.policies.permittedUsers}`);
    }

    get type() {
        return label(`type.${this.app.distributionState}`);
    }

    get status() {
        return label(`status.${this.app.status}`);
    }

    get toggleLabel() {
        return label(this.app.status === 'Enabled' ? 'detail.disable' : 'detail.enable');
    }

    // Variant inactive_panels: keep leaves a visited tab's content in the page, hidden; drop takes it out.
    get showsPolicies() {
        return this.knobs.inactive_panels === 'keep' || this.shownTab === 'policies';
    }

    get showsSettings() {
        return this.knobs.inactive_panels === 'keep' || this.shownTab === 'settings';
    }

    get showsDefaults() {
        return this.knobs.inactive_panels === 'keep' || this.shownTab === 'defaults';
    }

    get editsPolicies() {
        return this.edit && this.tab === 'policies';
    }

    get editsSettings() {
        return this.edit && this.tab === 'settings';
    }

    async load() {
        try {
            this.app = await call('getApp', { id: this.appId });
        } catch (failure) {
            this.error = failure.message || label('error.load');
        } finally {
            this.loading = false;
        }
    }

    handleActive(event) {
        this.shownTab = event.target.value;
    }

    handleSaved(event) {
        this.app = event.detail;
    }

    async handleToggle() {
        const enabled = this.app.status !== 'Enabled';
        await this.attempt(async () => {
            await call('setEnabled', { id: this.app.id, enabled });
            this.app = await call('getApp', { id: this.app.id });
        });
    }

    // guess: `Delete` in the split button's menu, behind a question (setup-ui section 4: likely, low).
    async handleMenu() {
        if (!(await ask('confirm.deleteTitle', 'confirm.delete', this.app.label))) return;
        await this.attempt(async () => {
            await call('deleteApp', { id: this.app.id });
            toast('success', label('toast.deleted', this.app.label));
            go(paths.list);
        });
    }

    async attempt(action) {
        this.error = '';
        this.loading = true;
        try {
            await action();
        } catch (failure) {
            this.error = failure.message;
        } finally {
            this.loading = false;
        }
    }
}
