import SetupElement from 'setup/element';

/**
 * A prompt of in-app guidance, floating over the page's buttons (variant in_app_prompt): at the top right, or with `save`
 * over the footer. guess: SLDS's popover prompt; nobody documented one on these pages.
 */
export default class InAppPrompt extends SetupElement {
    get classes() {
        const place = this.knobs.in_app_prompt === 'save' ? 'eca-prompt_bottom' : 'eca-prompt_top';
        return `slds-popover slds-popover_prompt eca-prompt ${place}`;
    }

    handleClose() {
        this.tell('close', 'in_app_prompt');
    }
}
