import SetupElement from 'setup/element';

/**
 * The docked panel `Setup with Agentforce`, over the right edge of the page (variant agentforce_panel).
 * evidence: that there is such an assistant (update 2.6); guess: everything else.
 */
export default class SidePanel extends SetupElement {
    handleClose() {
        this.tell('close', 'agentforce_panel');
    }
}
