import { api } from 'lwc';
import SetupElement from 'setup/element';

/** guess: the tab `Package Defaults` is named in the evidence, its content was never shown. */
export default class PackageDefaults extends SetupElement {
    @api app;

    get packaged() {
        return this.app.distributionState === 'Packaged';
    }
}
