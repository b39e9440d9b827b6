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

    // guess: API name and distribution state of an existing app stay grey in edit mode; nobody pictured Settings > Edit.
    get isFixed() {
        return this.editing && !this.creating;
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
