import{a,_ as s}from"./app.js";const t=a({},{tmpl:s,sel:"lightning-icon-svg-templates-standard",apiVersion:66});export{t as default};
