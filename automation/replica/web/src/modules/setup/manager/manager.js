import { api } from 'lwc';
import SetupElement from 'setup/element';
import { config } from 'setup/config';
import { go, goCreate, paths } from 'setup/router';

/** `External Client App Manager`: the list, and in the same page the create form. evidence: setup-ui 2 and 3. */
export default class Manager extends SetupElement {
    @api creating = false;

    get mayCreate() {
        return !this.creating && config.permissions.create;
    }

    get listing() {
        return !this.creating;
    }

    handleNew() {
        goCreate();
    }

    handleCancel() {
        go(paths.list);
    }
}
