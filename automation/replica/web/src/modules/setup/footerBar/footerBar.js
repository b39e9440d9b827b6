import { api } from 'lwc';
import SetupElement from 'setup/element';

/** The sticky bar at the bottom: `Cancel` and one brand button. Fires `cancel` and `confirm`. */
export default class FooterBar extends SetupElement {
    @api label;

    handleCancel() {
        this.tell('cancel');
    }

    handleConfirm() {
        this.tell('confirm');
    }
}
