import { api } from 'lwc';
import { label } from 'setup/config';
import SetupElement from 'setup/element';

/** The two-column card `Basic Information`. evidence: setup-ui 3.1; order of Icon and Logo swapped on the detail page. */
export default class BasicInfo extends SetupElement {
    @api app;
    @api editing = false;
    @api creating = false;

    get gridClass() {
        return this.editing ? 'eca-grid' : 'eca-grid eca-grid_view';
    }

    get distributionStates() {
        return [
            { value: 'Local', label: label('create.local') },
            { value: 'Packaged', label: label('create.packaged') },
        ];
    }

    get firstImage() {
        return this.creating ? this.logo : this.icon;
    }

    get secondImage() {
        return this.creating ? this.icon : this.logo;
    }

    get logo() {
        return { path: 'logoUrl', label: label('create.logoUrl'), value: this.app.logoUrl };
    }

    get icon() {
        return { path: 'iconUrl', label: label('create.iconUrl'), value: this.app.iconUrl };
    }

    get changing() {
        return this.editing && !this.creating;
    }

    // evidence: in Settings > Edit the API name is bare text (update 1.7). guess: grey (variant api_name_edit).
    get editsApiName() {
        return this.editing && !(this.changing && this.knobs.api_name_edit === 'text');
    }

    get apiNameDisabled() {
        return this.changing && this.knobs.api_name_edit === 'disabled';
    }

    // evidence: the distribution state can be edited there (update 1.7). guess: grey (variant distribution_edit).
    get stateFixed() {
        return this.changing && this.knobs.distribution_edit === 'fixed';
    }

    handleLogos(event) {
        event.preventDefault();
    }

    @api fields() {
        return this.all('setup-field');
    }

    @api reportValidity() {
        return this.fields().map((field) => field.reportValidity()).every(Boolean);
    }
}
